/** What the hub's health says of devices of other makers, and what to do about it. */
export const MAKER_PROBLEMS = {
  makers_crowded:
    'Accept or ignore what waits there (lares makers list): then there is room for others, which come when they are announced again.',
  makers_house_unknown:
    'Name a house of lares houses list as house of that broker, in [makers] of hub.toml, and restart the hub. Until then only administrators see what it announces.',
} as const satisfies Record<string, string>

declare module '../../engine/health-problem.ts' {
  interface FeatureProblems extends Record<keyof typeof MAKER_PROBLEMS, unknown> {}
}
