/** How much a time can be trusted. */
export type TimeQuality = 'good' | 'corrected' | 'unknown'

export interface DeviceTime {
  time: number
  quality: TimeQuality
  /** What the device said, where the hub uses another time. */
  original?: number
}

/** The sender's clocks as a message carries them. */
export interface SentTimes {
  boot?: string | undefined
  sent?: { at: number; mono: number } | undefined
}

interface KnownClock {
  boot: string
  synced: boolean | null
}

/** A wall clock further off than this is not believed. NTP keeps a Pi within milliseconds; a minute covers any queue. */
const TOLERANCE_MS = 60_000

/**
 * When something really happened. A Pi without a battery wakes in 1970, so its wall clock is believed only when it agrees
 * with the hub's; otherwise its monotonic clock says how long ago it was, as long as it is still the same boot.
 */
export class DeviceClocks {
  #known = new Map<string, KnownClock>()

  /** What a birth or heartbeat says about the device's clock. */
  learn(device: string, boot: string, synced: boolean | null): void {
    this.#known.set(device, { boot, synced })
  }

  forgetDevice(device: string): void {
    this.#known.delete(device)
  }

  /** The time of one item of a message received at `now`. */
  resolve(
    device: string,
    message: SentTimes,
    item: { at?: number | undefined; mono?: number | undefined; now: number },
  ): DeviceTime {
    const { at, mono, now } = item
    if (at === undefined && mono === undefined) return { time: now, quality: 'good' }
    const { sent, boot } = message
    const known = this.#known.get(device)
    const sameBoot = boot !== undefined && (known === undefined || known.boot === boot)
    const wrong = known?.synced === false || (sent !== undefined && Math.abs(now - sent.at) > TOLERANCE_MS)
    if (!wrong && at !== undefined && at <= now + TOLERANCE_MS) return { time: Math.min(at, now), quality: 'good' }
    if (sameBoot && sent !== undefined && mono !== undefined && mono <= sent.mono) {
      const time = Math.round(now - (sent.mono - mono))
      return at === time || at === undefined
        ? { time, quality: 'corrected' }
        : { time, quality: 'corrected', original: at }
    }
    return at === undefined ? { time: now, quality: 'unknown' } : { time: now, quality: 'unknown', original: at }
  }
}
