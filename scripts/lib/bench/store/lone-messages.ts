import { type CardPlace, settledWrites } from './card.ts'
import type { History } from './history.ts'
import { MESSAGE_MS } from './house-messages.ts'
import { median } from './median.ts'
import type { StoreHouse } from './store-house.ts'

/** What one message costs that is alone in its commit. What ticks do about it later is part of a day's figure. */
export interface LoneMessage {
  /** Frames in the log. */
  frames: number
  /** KB of 1,000 bytes and flushes that reached the card; `null` without one. */
  deviceKb: number | null
  flushes: number | null
}

/** Between two checkpoints of a quiet hub, which come every 4 MiB at 16 KiB a commit. */
const MESSAGES = 250
const ROUNDS = 5
const SETTLE_SECONDS = 10

/**
 * Sends messages one by one. The log has been through a checkpoint and is written over from its start, as all but the first
 * are; no checkpoint falls into what is measured. The time of the history goes on.
 */
export function loneMessages(house: StoreHouse, history: History, card: CardPlace | null): LoneMessage {
  sendAlone(house, history)
  const rounds = Array.from({ length: ROUNDS }, () => {
    history.now = house.settle(history.now, SETTLE_SECONDS)
    house.checkpoint()
    const before = card && settledWrites(card)
    const frames = sendAlone(house, history)
    const after = card && settledWrites(card)
    const written = before && after && { bytes: after.bytes - before.bytes, flushes: after.flushes - before.flushes }
    return { frames, written }
  })
  const each = (figures: number[]) => (figures.length > 0 ? median(figures) / MESSAGES : null)
  const written = rounds.flatMap((round) => round.written ?? [])
  const bytes = each(written.map((one) => one.bytes))
  return {
    frames: median(rounds.map(({ frames }) => frames)) / MESSAGES,
    deviceKb: bytes === null ? null : bytes / 1_000,
    flushes: each(written.map((one) => one.flushes)),
  }
}

/** Returns the frames of all of them. */
function sendAlone(house: StoreHouse, history: History): number {
  const { devices, messages } = history
  let frames = 0
  for (let n = 0; n < MESSAGES; n += 1) {
    const device = devices[n % devices.length] ?? ''
    history.now += MESSAGE_MS / devices.length
    frames += house.sendAlone(messages.readings(device, history.now, { sent: true }), history.now)
  }
  return frames
}
