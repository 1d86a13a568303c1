import type { BridgeAtBroker } from '../../engine/bridge-at-broker.ts'

declare module '../../engine/input.ts' {
  interface InputKinds {
    /** The first connection of a bridge is here, or its last is gone. */
    bridge_presence: { bridge: string; online: boolean; reason: string }
  }
  interface EffectKinds {
    /** All bridges that may log in: at start, and whenever there are others. */
    bridges: { bridges: readonly BridgeAtBroker[] }
  }
}
