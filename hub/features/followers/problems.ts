/** What the hub's health says of followers, and what to do about it. */
export const FOLLOWER_PROBLEMS = {
  follower_failing:
    'See lares followers list. Mend what takes its rows, and it goes on by itself. A row that cannot be taken is passed over with lares followers skip NAME.',
} as const satisfies Record<string, string>

declare module '../../engine/health-problem.ts' {
  interface FeatureProblems extends Record<keyof typeof FOLLOWER_PROBLEMS, unknown> {}
}
