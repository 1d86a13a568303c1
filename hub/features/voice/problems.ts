/** What the hub's health says of what hears, speaks and answers, and what to do about it. */
export const VOICE_PROBLEMS = {
  voice_engine_failing:
    'See what it says with lares voice engines, and look whether that program or server runs, at the address that [voice] of hub.toml has. The next of its kind is asked meanwhile; it is tried again by itself, and this goes when it works.',
} as const satisfies Record<string, string>

declare module '../../engine/health-problem.ts' {
  interface FeatureProblems extends Record<keyof typeof VOICE_PROBLEMS, unknown> {}
}
