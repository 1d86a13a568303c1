import type { Cancel, Clock } from '../../shared/clock.ts'
import type { WakeBid } from '../engine/wake-bid.ts'

/** Devices that heard the same say so within this, also over a slow network. */
const WINDOW_MS = 150
/** Who comes later than that has heard the same, too, and is too late. */
const LATE_MS = 1_500

interface Choosing {
  bids: WakeBid[]
  cancel: Cancel
}

interface Chosen {
  winner: WakeBid
  at: number
}

export interface ArbitrationParts {
  clock: Clock
  /** One was chosen, and the others are to stand down. Called also with late ones, one by one. */
  chosen(winner: WakeBid, others: readonly WakeBid[]): void
}

/** Chooses one of several devices of a group that heard the same: that which heard it best over its own noise. */
export class Arbitration {
  #parts: ArbitrationParts
  #choosing = new Map<string, Choosing>()
  /** By group; each is forgotten with the next one that is heard there, so there are as many as groups. */
  #chosen = new Map<string, Chosen>()

  constructor(parts: ArbitrationParts) {
    this.#parts = parts
  }

  take(bid: WakeBid): void {
    const { clock, chosen } = this.#parts
    const choosing = this.#choosing.get(bid.group)
    if (choosing !== undefined) {
      // A device that begins once more takes its own place.
      choosing.bids = [...choosing.bids.filter(({ device }) => device !== bid.device), bid]
      return
    }
    const before = this.#chosen.get(bid.group)
    const isLate = before !== undefined && clock.mono() - before.at < LATE_MS && before.winner.device !== bid.device
    if (isLate && !bid.isChosen) {
      chosen(before.winner, [bid])
      return
    }
    this.#choosing.set(bid.group, { bids: [bid], cancel: clock.after(WINDOW_MS, () => this.#choose(bid.group)) })
  }

  stop(): void {
    for (const { cancel } of this.#choosing.values()) cancel()
    this.#choosing.clear()
  }

  #choose(group: string): void {
    const { clock, chosen } = this.#parts
    const bids = this.#choosing.get(group)?.bids ?? []
    this.#choosing.delete(group)
    const [winner, ...others] = bids.toSorted(better)
    if (winner === undefined) return
    this.#chosen.set(group, { winner, at: clock.mono() })
    const standing = others.filter(({ isChosen }) => !isChosen)
    if (standing.length > 0) chosen(winner, standing)
  }
}

/** The better first: a pressed button, then level over the own noise, peak and score. */
function better(one: WakeBid, other: WakeBid): number {
  return (
    Number(other.isChosen) - Number(one.isChosen) ||
    other.snrDb - one.snrDb ||
    other.peakDb - one.peakDb ||
    other.score - one.score ||
    one.device.localeCompare(other.device)
  )
}
