/** What the hub's health says of brokers at which the house is shown, and what to do about it. */
export const HOMEASSISTANT_PROBLEMS = {
  homeassistant_broker_away:
    'Look whether that broker runs, and with what address in [homeassistant.brokers] of hub.toml the hub looks for it. It goes by itself when the broker is back. One that nobody wants any more is given announce = false there, and taken out a restart later.',
  homeassistant_broker_refuses:
    'Mend what stands in [homeassistant.brokers] of hub.toml for that broker (user, secret or secret_file, ca or pin) and restart the hub, or mend that broker.',
  homeassistant_program_refused:
    'Make the program that hub.toml names, or another token of it: lares programs create NAME --rights read,entities:control.',
  homeassistant_left_behind:
    'Name that broker again in [homeassistant.brokers] of hub.toml with announce = false and restart the hub: what stands there is taken back. One that is gone for good is forgotten with lares homeassistant forget URL.',
} as const satisfies Record<string, string>

declare module '../../engine/health-problem.ts' {
  interface FeatureProblems extends Record<keyof typeof HOMEASSISTANT_PROBLEMS, unknown> {}
}
