/** What the hub's health says of keys, and what to do about it. */
export const SECRET_PROBLEMS = {
  old_key_stays:
    'Nothing needs it any more, also no backup: remove its file by hand, with sudo rm. How the hub can do it: docs/operations.md, "Secrets and keys".',
} as const satisfies Record<string, string>

declare module '../../engine/health-problem.ts' {
  interface FeatureProblems extends Record<keyof typeof SECRET_PROBLEMS, unknown> {}
}
