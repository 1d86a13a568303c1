/** What the hub's health says of jobs that have not failed for good, and what to do about it. */
export const JOB_PROBLEMS = {
  jobs_failing:
    'Look whether what they work with answers; lares jobs list --state waiting shows what was said last. They are tried again by themselves, or now with lares jobs retry ID.',
  jobs_unknown:
    'They are run once the version of Lares that has them is in place again. See lares jobs list --state waiting; what nobody needs any more is given up with lares jobs cancel ID.',
} as const satisfies Record<string, string>

declare module '../../engine/health-problem.ts' {
  interface FeatureProblems extends Record<keyof typeof JOB_PROBLEMS, unknown> {}
}
