import { decode } from '../../shared/codec.ts'
import type { Topics } from '../../shared/topics.ts'
import type { Effect } from '../engine/input.ts'

export interface PublishedValue {
  device: string
  sensor: string
  unit: string
  value: number
  /** When it was measured, ms. */
  at: number
}

/** The latest number of every entity that has one, as its retained state says it, for whoever asks without MQTT. */
export class SensorValues {
  #topics: Topics
  #values = new Map<string, PublishedValue>()

  constructor(topics: Topics) {
    this.#topics = topics
  }

  /** Takes what is published; everything but states passes by. */
  note(effects: readonly Effect[]): void {
    for (const effect of effects) if (effect.kind === 'publish' && effect.retain) this.#take(effect)
  }

  all(): PublishedValue[] {
    return [...this.#values.values()]
  }

  #take({ topic, payload }: { topic: string; payload: string }): void {
    const parsed = this.#topics.parse(topic)
    const { device, entity: sensor } = parsed?.levels ?? {}
    if (parsed?.name !== 'state' || device === undefined || sensor === undefined) return
    // An empty message takes a retained one away.
    if (payload === '') {
      this.#values.delete(topic)
      return
    }
    const decoded = decode('state', Buffer.from(payload))
    if (!decoded.ok) return
    const { value, unit, at } = decoded.value
    if (typeof value === 'number' || typeof value === 'boolean')
      this.#values.set(topic, { device, sensor, unit, value: Number(value), at })
    else this.#values.delete(topic)
  }
}
