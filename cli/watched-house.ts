import { cleanText } from '../shared/clean-text.ts'
import { type Heard, type Known, sensorId, sensorName } from './heard.ts'

type StateHeard = Extract<Heard, { kind: 'state' }>
type State = NonNullable<StateHeard['state']>
type Status = NonNullable<Extract<Heard, { kind: 'status' }>['status']>

export interface WatchedDevice {
  name: string
  status: Status | undefined
  /** By the names that people gave them. */
  sensors: { sensor: string; name: string; type: string | undefined; state: State }[]
}

/** A house as it was last heard: its devices with their sensors. */
export class WatchedHouse {
  /** The id of the only device that is watched. */
  only: string | null = null
  /** It was never heard of. */
  isNew = true
  /** Since when the hub is away, and why; `null`: it is there. */
  away: { since: number; reason: string } | null = null
  #names: Known['names']
  #types: Known['types']
  #statuses = new Map<string, Status>()
  #states = new Map<string, StateHeard & { state: State }>()
  /** What was known before the hub went away, and was not heard since. */
  #unheard = new Set<string>()

  constructor({ names, types }: Known) {
    this.#names = names
    this.#types = types
  }

  /** The hub is there; what it retains is on its way. */
  back(): void {
    this.isNew = false
    this.away = null
    this.#unheard = new Set([...this.#statuses.keys(), ...this.#states.keys()])
  }

  leave(since: number, reason: string): void {
    this.away = { since, reason }
    this.#unheard.clear()
  }

  /** What the hub no longer retains after it was away. */
  forgetUnheard(): void {
    for (const key of this.#unheard) {
      this.#statuses.delete(key)
      this.#states.delete(key)
    }
    this.#unheard.clear()
  }

  hear(heard: Heard): void {
    if (heard.kind === 'event' || (this.only !== null && heard.device !== this.only)) return
    const key = heard.kind === 'status' ? heard.device : `${heard.device}/${heard.sensor}`
    this.#unheard.delete(key)
    if (heard.kind === 'status') {
      if (heard.status) this.#statuses.set(key, heard.status)
      else this.#statuses.delete(key)
    } else if (heard.state) this.#states.set(key, { ...heard, state: heard.state })
    else this.#states.delete(key)
  }

  nameOf(device: string): string {
    return cleanText(this.#names.get(device) ?? device)
  }

  /** By their names. */
  devices(): WatchedDevice[] {
    const sensors = new Map<string, WatchedDevice['sensors']>([...this.#statuses.keys()].map((device) => [device, []]))
    for (const { device, sensor, state } of this.#states.values()) {
      const own = sensors.get(device)
      const name = cleanText(sensorName(this.#names, { device, sensor }))
      const known = { sensor, name, type: this.#types?.get(sensorId({ device, sensor })), state }
      if (own) own.push(known)
      else sensors.set(device, [known])
    }
    return [...sensors]
      .map(([id, own]) => ({
        id,
        name: this.nameOf(id),
        status: this.#statuses.get(id),
        sensors: own.sort((a, b) => a.name.localeCompare(b.name) || a.sensor.localeCompare(b.sensor)),
      }))
      .sort((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id))
  }
}
