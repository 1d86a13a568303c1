import { join } from 'node:path'
import type { Cancel, Clock } from '../../shared/clock.ts'
import { asError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import type { Health } from '../health/hub-health.ts'
import { noteDamage } from '../store/check-mark.ts'
import type { ScrubOutcome } from '../store/scrub-process.ts'
import { readScrub, type ScrubState, writeScrub } from '../store/scrub-state.ts'
import { OwnProcess, ProcessDropped } from './own-process.ts'

const PROGRAM = join(import.meta.dirname, '../store/scrub-process.ts')
const DAY_MS = 86_400_000
/** From one round's end to the next one's beginning. */
export const ROUND_MS = 7 * DAY_MS
/** A house that is never idle is read all the same. */
const PATIENCE_MS = 7 * DAY_MS
export const SLICE_EVERY_MS = 60_000
const SLICE_MS = 5_000
/** The engine's share of its time below which a house is idle. */
const IDLE_LOAD = 0.1

export interface DatabaseScrubParts {
  file: string
  /** What reads the database; default: a process of its own. */
  reading?: Pick<OwnProcess<ScrubOutcome>, 'run' | 'drop'>
  /** Resolves when no check of the database is under way. */
  checked: () => Promise<void>
  clock: Clock
  log: Log
  health: Health
  /** Damage was found and noted: nobody may be served from this database. */
  onDamage: (found: string) => void
}

/**
 * Reads the whole database once a week, five seconds of each minute in which the house is idle, in a process of low priority. A
 * round goes on where it was after a restart.
 */
export class DatabaseScrub {
  #parts: DatabaseScrubParts
  #reading: Pick<OwnProcess<ScrubOutcome>, 'run' | 'drop'>
  #stop: Cancel = () => {}
  #running = false
  #state: ScrubState
  /** The largest share of a second that the engine worked since the last slice was due. */
  #busiest = 0

  constructor(parts: DatabaseScrubParts) {
    this.#parts = parts
    this.#reading = parts.reading ?? new OwnProcess<ScrubOutcome>(PROGRAM)
    this.#state = readScrub(parts.file)
  }

  start(): void {
    // A house that was never read has waited since its first start.
    if (this.#state.began === null) this.#keep({ ...this.#state, began: this.#parts.clock.now() })
    this.#tellUnreadable(this.#state.unreadableBytes)
    this.#stop = this.#parts.clock.every(SLICE_EVERY_MS, () => void this.run())
  }

  /** Ends a slice that is under way: it is read again. */
  stop(): void {
    this.#stop()
    this.#reading.drop()
  }

  /** Once a second, with the engine's share of it. */
  loaded(load: number): void {
    this.#busiest = Math.max(this.#busiest, load)
  }

  /** Reads a slice where one is due. Never rejects. */
  async run(): Promise<void> {
    const busiest = this.#busiest
    this.#busiest = 0
    const { file, clock, checked, log } = this.#parts
    if (this.#running || !isDue(this.#state, { now: clock.now(), isIdle: busiest < IDLE_LOAD })) return
    this.#running = true
    try {
      await checked()
      await this.#slice()
    } catch (error) {
      if (error instanceof ProcessDropped) return
      log.warn({ file, error: asError(error).message }, 'the database could not be read through; it is tried again')
    } finally {
      this.#running = false
    }
  }

  async #slice(): Promise<void> {
    const { file, clock, log, onDamage } = this.#parts
    const before = this.#state
    const outcome = await this.#reading.run([file, JSON.stringify(before.at), String(SLICE_MS)])
    if ('error' in outcome) throw new Error(outcome.error)
    const { next, damage, unreadableBytes: unread } = outcome
    const began = before.at === null ? clock.now() : before.began
    const unreadableBytes = unread + (before.at === null ? 0 : before.unreadableBytes)
    if (damage !== null) {
      // Whatever takes its place is read from the beginning.
      this.#keep({ at: null, began: null, finished: null, unreadableBytes: 0 })
      noteDamage(file, damage)
      onDamage(damage)
      return
    }
    if (next === null) log.info({ file, began, unreadable_bytes: unreadableBytes }, 'the whole database was read')
    const finished = next === null ? clock.now() : before.finished
    this.#keep({ at: next, began, finished, unreadableBytes })
    if (next === null || unread > 0) this.#tellUnreadable(unreadableBytes)
  }

  #keep(state: ScrubState): void {
    const { file, log } = this.#parts
    this.#state = state
    try {
      writeScrub(file, state)
    } catch (error) {
      log.debug({ file, error: asError(error).message }, 'how far the database was read is not known after a restart')
    }
  }

  #tellUnreadable(bytes: number): void {
    const { file, health } = this.#parts
    if (bytes === 0) health.clear('scrub')
    else
      health.raise('scrub', 'disk_error', `the disk does not give ${bytes} bytes of ${file}`, {
        hint: 'The card is failing. Make a whole copy on another disk now: sudo lares hub backup --to FILE. Then replace the card.',
      })
  }
}

/** A round that is under way goes on; a new one begins a week after the last. Either waits for an idle house, for another week at most. */
function isDue({ at, began, finished }: ScrubState, { now, isIdle }: { now: number; isIdle: boolean }): boolean {
  // A clock that was set back makes none wait for longer.
  const age = (time: number | null) => (time === null ? ROUND_MS : Math.abs(now - time))
  if (at !== null) return isIdle || age(began) >= PATIENCE_MS
  return isIdle ? age(finished) >= ROUND_MS : age(finished ?? began) >= ROUND_MS + PATIENCE_MS
}
