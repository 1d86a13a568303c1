/** What the hub's health says of devices, and what to do about it. */
export const DEVICE_PROBLEMS = {
  device_alarm:
    'Look at the device (lares devices show, with its name). It goes by itself when the device says that it is well again.',
} as const satisfies Record<string, string>

declare module '../../engine/health-problem.ts' {
  interface FeatureProblems extends Record<keyof typeof DEVICE_PROBLEMS, unknown> {}
}
