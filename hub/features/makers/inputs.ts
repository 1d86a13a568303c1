import type { BridgeAtBroker } from '../../engine/bridge-at-broker.ts'
import type { DeviceWords, EntityWords } from '../../makers/maker-device.ts'
import type { SourceFigures } from './source-figures.ts'

/** An entity that a source knows of, in words that survive a structured clone. */
export type MakerEntity = EntityWords
/** And a device, with everything that was announced of it. */
export type MakerDevice = DeviceWords

declare module '../../engine/input.ts' {
  interface InputKinds {
    /** What a source says there is. `whole`: everything it has; who is missing has left. */
    maker_devices: {
      source: string
      dialect: string
      house: string | null
      devices: readonly MakerDevice[]
      gone: readonly string[]
      whole: boolean
    }
    /** States of accepted devices, oldest first. `at`: absent: when it was heard, by the clock that never goes back; else now. `dropped`: so many others came too fast. */
    maker_states: {
      source: string
      states: readonly {
        uniqueId: string
        state?: number | string | boolean | null
        attributes?: Record<string, unknown>
        isEvent?: true
        at?: number
        heard?: number
      }[]
      dropped?: number
    }
    /** Who can be reached. */
    maker_reach: { source: string; reach: readonly { identity: string; available: boolean }[] }
    /**
     * Whether the source itself is there, and what is wrong in words where it is not. `refuses`: only a person can change that. Of a
     * bridge: whether it is listened to.
     */
    maker_source: { source: string; online: boolean; reason: string | null; refuses?: true }
    /** What is wrong with what a source that is there publishes, in words; `null`: nothing any more. */
    maker_trouble: { source: string; reason: string | null }
    /** Sources that hub.toml names now, at each start: others that are no bridges keep their devices, which are offline. */
    maker_sources: { sources: readonly { key: string; dialect: string; house: string | null }[] }
    /** What became of an order: published, or refused with a sentence. */
    maker_ordered: { id: number; error: string | null }
  }
  interface EffectKinds {
    /** All bridges that log in at the hub's own broker: at start, and whenever there are others. */
    makers_bridges: { bridges: readonly BridgeAtBroker[] }
    /** The database is open: sources may say what they have. */
    makers_open: object
    /** Whose states are wanted: accepted devices of a source by identity; at start for every source, and on every change. */
    makers_wanted: { source: string; identities: readonly string[] }
    /** How many devices each source has that is wanted, and whether it is there. At start, and when they are others. */
    maker_figures: { figures: readonly SourceFigures[] }
    /** An order to be published; `id` is the action's. The outcome is seen in states. */
    maker_order: { source: string; uniqueId: string; order: Record<string, unknown>; id: number }
  }
}
