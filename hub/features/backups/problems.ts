/** What the hub's health says of backups, and what to do about it. */
export const BACKUP_PROBLEMS = {
  backup_old:
    'See lares backups places for what is wrong with that place; then lares backups make, with its name, makes one now.',
  backup_failing:
    'See lares backups places. It is tried again by itself; once the cause is mended, lares backups make does it at once.',
  backup_away: 'Plug in or mount what is named: the backup is made by itself then.',
  backup_damaged:
    'Do not count on that one: lares backups make, with the name of the place, makes another. When it happens again, use another stick or disk.',
  restoring:
    'Wait: the hub starts again by itself, and then everybody logs in anew. lares backups restoring shows how far it is.',
} as const satisfies Record<string, string>

declare module '../../engine/health-problem.ts' {
  interface FeatureProblems extends Record<keyof typeof BACKUP_PROBLEMS, unknown> {}
}
