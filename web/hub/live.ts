import { type Signal, signal } from '@preact/signals'
import type { Cancel } from '../../shared/clock.ts'
import type { HubHealth } from '../../shared/messages/hub-health.ts'
import type { HubInfo } from '../../shared/messages/hub-info.ts'
import type { State } from '../../shared/messages/state.ts'
import type { Status } from '../../shared/messages/status.ts'
import type { HubConnection } from './connection.ts'
import { pageClock } from './page-clock.ts'

const COUNT_MS = 500

/**
 * What the hub publishes of how everything is, each thing a signal of its own: what shows one lamp is drawn again when that lamp
 * changes, and nothing else. After the hub was away its retained topics bring all of it up to date.
 */
export class LiveHouse {
  readonly health = signal<HubHealth | null>(null)
  readonly info = signal<HubInfo | null>(null)
  /** How many devices there are. It follows a moment later, because after a start all of them come at once. */
  readonly devices = signal(0)
  #status = new Map<string, Signal<Status | null>>()
  #cancelCount: Cancel = () => {}
  #states = new Map<string, Signal<State | null>>()

  constructor(connection: HubConnection) {
    connection.hear('hub/+', (topic, payload) => {
      if (topic === 'hub/health') this.health.value = read<HubHealth>(payload)
      else if (topic === 'hub/info') this.info.value = read<HubInfo>(payload)
    })
    connection.hear('+/status', (topic, payload) => {
      this.status(topic.split('/')[0] ?? '').value = read<Status>(payload)
      this.#countSoon()
    })
    connection.hear('+/state/#', (topic, payload) => {
      const [device = '', , entity = ''] = topic.split('/')
      this.state(device, entity).value = read<State>(payload)
    })
  }

  #countSoon(): void {
    this.#cancelCount()
    this.#cancelCount = pageClock.after(COUNT_MS, () => {
      this.devices.value = [...this.#status.values()].filter(({ value }) => value !== null).length
    })
  }

  status(device: string): Signal<Status | null> {
    return made(this.#status, device)
  }

  /** Of an entity by its key: of a sensor, a lamp. */
  state(device: string, key: string): Signal<State | null> {
    return made(this.#states, `${device}/${key}`)
  }
}

function made<T>(all: Map<string, Signal<T | null>>, key: string): Signal<T | null> {
  const known = all.get(key)
  if (known) return known
  const fresh = signal<T | null>(null)
  all.set(key, fresh)
  return fresh
}

/** An empty retained message takes a value back. */
function read<T>(payload: Uint8Array): T | null {
  return payload.length === 0 ? null : (JSON.parse(new TextDecoder().decode(payload)) as T)
}
