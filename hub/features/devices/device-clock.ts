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

/** No clock of ours was right before this: a Pi without a battery wakes in 1970, some boards in 2000 or 2016. */
const EARLIEST = Date.UTC(2020, 0, 1)

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
    const counted =
      sameBoot && sent !== undefined && mono !== undefined && mono <= sent.mono
        ? Math.round(now - (sent.mono - mono))
        : undefined
    // The clock may have been set after the measurement: then it is right now and `at` is still wrong.
    const believed =
      at !== undefined &&
      at >= EARLIEST &&
      at <= now + TOLERANCE_MS &&
      known?.synced !== false &&
      (sent === undefined || Math.abs(now - sent.at) <= TOLERANCE_MS) &&
      (counted === undefined || Math.abs(at - counted) <= TOLERANCE_MS)
    if (believed) return { time: Math.min(at, now), quality: 'good' }
    if (counted !== undefined) {
      return at === counted || at === undefined
        ? { time: counted, quality: 'corrected' }
        : { time: counted, quality: 'corrected', original: at }
    }
    return at === undefined ? { time: now, quality: 'unknown' } : { time: now, quality: 'unknown', original: at }
  }
}
