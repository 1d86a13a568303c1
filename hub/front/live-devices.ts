import type { Clock } from '../../shared/clock.ts'

/** What one device has brought since the hub started. */
export interface LiveDevice {
  heartbeats: number
  /** Messages that are on disk, heartbeats not counted. */
  stored: number
  lastSeen: number
  lastHeartbeat: number | null
}

/** Signs of life as they come: the table has them up to a minute later. */
export class LiveDevices {
  #clock: Clock
  #devices = new Map<string, LiveDevice>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** A message of the device was stored. */
  note(device: string, heartbeat: boolean): void {
    const now = this.#clock.now()
    let live = this.#devices.get(device)
    if (!live) {
      live = { heartbeats: 0, stored: 0, lastSeen: now, lastHeartbeat: null }
      this.#devices.set(device, live)
    }
    live.lastSeen = now
    if (heartbeat) {
      live.heartbeats += 1
      live.lastHeartbeat = now
    } else live.stored += 1
  }

  all(): Record<string, LiveDevice> {
    return Object.fromEntries(this.#devices)
  }
}
