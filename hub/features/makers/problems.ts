/** What the hub's health says of devices of other makers, and what to do about it. */
export const MAKER_PROBLEMS = {
  makers_crowded:
    'Accept or ignore what waits there (lares makers list): then there is room for others, which come when they are announced again.',
  makers_broker_away:
    'Look whether that broker runs, and with what address in [makers.brokers] of hub.toml the hub looks for it; lares makers sources says more. It goes by itself when the broker is back. One that nobody wants any more is taken out of hub.toml, and the hub restarted.',
  makers_broker_refuses:
    'Mend what stands in [makers.brokers] of hub.toml for that broker (user, secret or secret_file, ca or pin) and restart the hub, or mend that broker. lares makers sources says what is wrong.',
  makers_bridge_away:
    'Look whether that program runs, and logs in as lares bridges list says; lares bridges password NAME makes a new password. One that nobody wants any more is taken out with lares bridges remove NAME.',
  makers_house_unknown:
    'Name a house of lares houses list as house of that broker, in [makers] of hub.toml, and restart the hub. Until then only administrators see what it announces.',
} as const satisfies Record<string, string>

declare module '../../engine/health-problem.ts' {
  interface FeatureProblems extends Record<keyof typeof MAKER_PROBLEMS, unknown> {}
}
