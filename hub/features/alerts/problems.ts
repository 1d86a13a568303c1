/** What the hub's health says of those who are to be told, and what to do about it. */
export const ALERT_PROBLEMS = {
  alerts_target_away:
    'Look whether it answers, and at its entry in [alerts] of hub.toml; lares alerts targets says what is wrong. Nothing is lost meanwhile: it is tried again for a day. Then: lares alerts test TARGET.',
  alerts_target_unknown:
    'Add the target to [alerts] of hub.toml and restart the hub, or name others: lares alert-rules update RULE --targets NAME. See lares alerts targets.',
} as const satisfies Record<string, string>

declare module '../../engine/health-problem.ts' {
  interface FeatureProblems extends Record<keyof typeof ALERT_PROBLEMS, unknown> {}
}
