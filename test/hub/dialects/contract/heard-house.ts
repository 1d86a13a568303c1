import type { Dialect } from '../../../../hub/dialects/dialect.ts'
import type { StateNews } from '../../../../hub/makers/entity-watch.ts'
import { type DeviceWords, deviceWords } from '../../../../hub/makers/maker-device.ts'
import { type News, Roster } from '../../../../hub/makers/roster.ts'
import type { State } from '../../../../shared/messages/state.ts'
import type { FixtureMessage } from './dialect-fixture.ts'

/** Slow enough for nobody to be held back. */
const MINUTE = 60_000

/** What some messages came to, in words. */
export interface HeardNews extends Omit<News, 'devices' | 'dropped'> {
  devices: readonly DeviceWords[]
  trouble: string | null
}

/** What a roster hears of one program, and what it knows by then. */
export class HeardHouse {
  #now = 1_000_000
  readonly roster: Roster
  #states = new Map<string, StateNews>()

  constructor(dialect: Dialect, prefix: string) {
    this.roster = new Roster(dialect, prefix)
  }

  /** Hears them, and says what all of them came to. */
  hear(messages: readonly FixtureMessage[]): HeardNews {
    const heard = messages.map(({ topic, payload, retained = false }) => {
      this.#now += MINUTE
      return this.roster.hear({ topic, payload: bytesOf(payload), retained }, this.#now)
    })
    for (const state of heard.flatMap(({ states }) => states)) this.#states.set(state.uniqueId, state)
    const troubles = heard.flatMap(({ trouble }) => trouble ?? [])
    return {
      devices: heard.flatMap(({ devices }) => devices.map(deviceWords)),
      gone: heard.flatMap(({ gone }) => gone),
      whole: heard.some(({ whole }) => whole),
      states: heard.flatMap(({ states }) => states),
      reach: heard.flatMap(({ reach }) => reach),
      trouble: troubles.at(-1) ?? null,
    }
  }

  /** The newest state of an entity, as the house keeps it. */
  state(uniqueId: string): State {
    const { state = null, attributes } = this.#states.get(uniqueId) ?? {}
    return {
      ...{ value: state, unit: '', at: 0, quality: 1, time_quality: 'good' },
      ...(attributes === undefined ? {} : { attributes: attributes as NonNullable<State['attributes']> }),
    }
  }
}

export function bytesOf(payload: unknown): Uint8Array {
  if (payload instanceof Uint8Array) return payload
  return Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload))
}
