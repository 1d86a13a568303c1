import type { Cancel, Clock } from '../../shared/clock.ts'
import { asError } from '../../shared/errors.ts'
import { AUDIO } from '../../shared/limits.ts'
import type { SoundEnd, SoundGap, SoundPiece, SoundTaker, TurnEnd } from '../contract/sound-taker.ts'
import type { TakerCounts } from './taker-counts.ts'

const SAMPLES_PER_MS = AUDIO.rate / 1_000
/** What the smallest piece counts for, so that tiny ones cannot pile up without end: a hundredth of a second. */
const LEAST_SAMPLES = AUDIO.rate / 100

export interface TakerQueueParts {
  taker: SoundTaker
  clock: Clock
  counts: TakerCounts
  /** The taker failed, or was too slow for its rule. Called at most twice: its `end` may fail as well. */
  failed: (error: Error) => void
}

/**
 * What stands between a turn and one of its takers: it holds what the taker is not ready for, as much as the taker's rule says.
 * Nothing here throws or waits, whatever the taker does.
 */
export class TakerQueue {
  #parts: TakerQueueParts
  #waiting: SoundPiece[] = []
  /** Samples that wait, as they count against the bound. */
  #weight = 0
  /** The piece that the taker is busy with. */
  #at: SoundPiece | null = null
  #closing: TurnEnd | null = null
  #over = false
  #cancelDrain: Cancel | null = null
  #left = Promise.withResolvers<void>()

  constructor(parts: TakerQueueParts) {
    this.#parts = parts
  }

  /** Sound that waits, milliseconds. */
  get waitingMs(): number {
    return this.#weight / SAMPLES_PER_MS
  }

  /** Pieces that wait, gaps included. */
  get held(): number {
    return this.#waiting.length
  }

  /** Resolves when the taker has heard the end. */
  get left(): Promise<void> {
    return this.#left.promise
  }

  offer(piece: SoundPiece): void {
    if (this.#over) {
      this.#count('dropped', piece)
      return
    }
    this.#hold(piece)
    this.#feed()
    const { waitingMs, beyond } = this.#parts.taker.rule
    if (this.waitingMs <= waitingMs) return
    if (beyond === 'drop_oldest') this.#dropOldest()
    else this.#giveUp(`it is ${(this.waitingMs / 1_000).toFixed(1)} s behind`)
  }

  /**
   * No more is offered. The taker hears it when it is done with what waits, or sooner, as its rule says. A `stop` may come after
   * another end; anything else that comes again has no effect.
   */
  end(end: TurnEnd): void {
    const { clock, taker } = this.#parts
    const { drainMs, drainsAtStop } = taker.rule
    if (end === 'stop' && !drainsAtStop) this.#finish(end)
    if (this.#over || this.#closing !== null) return
    this.#closing = end
    this.#feed()
    if (this.#over) return
    this.#cancelDrain = clock.after(drainMs, () => this.#giveUp(`it was not done ${drainMs / 1_000} s after the turn`))
  }

  /** Two gaps become one, so that only sound takes memory. */
  #hold(piece: SoundPiece): void {
    const last = this.#waiting.at(-1)
    if (piece.kind === 'gap' && last?.kind === 'gap') this.#waiting.splice(-1, 1, joined(last, piece))
    else this.#waiting.push(piece)
    this.#weight += weightOf(piece)
  }

  #next(): SoundPiece | undefined {
    const piece = this.#waiting.shift()
    if (piece) this.#weight -= weightOf(piece)
    return piece
  }

  /** Gives the taker what waits until it is busy, and its end when that was the last. */
  #feed(): void {
    while (this.#at === null) {
      const piece = this.#next()
      if (!piece) break
      this.#give(piece)
    }
    if (this.#closing !== null && this.#at === null) this.#finish(this.#closing)
  }

  #give(piece: SoundPiece): void {
    this.#at = piece
    try {
      const busy = this.#parts.taker.take(piece)
      if (busy === undefined) this.#taken(piece)
      else
        busy.then(
          () => {
            this.#taken(piece)
            this.#feed()
          },
          (error: unknown) => this.#fail(error),
        )
    } catch (error) {
      this.#fail(error)
    }
  }

  #taken(piece: SoundPiece): void {
    if (this.#over) return
    this.#at = null
    this.#count('taken', piece)
  }

  #dropOldest(): void {
    const { waitingMs } = this.#parts.taker.rule
    let gap: SoundGap = { kind: 'gap', lost: 0, dropped: 0 }
    // The newest stays, however long it is.
    while (this.waitingMs > waitingMs && this.#waiting.length > 1) {
      const piece = this.#next()
      if (piece) gap = joined(gap, asGap(piece))
      this.#count('dropped', piece)
    }
    const [first] = this.#waiting
    if (first?.kind === 'gap') this.#waiting[0] = joined(gap, first)
    else if (gap.dropped > 0) this.#waiting.unshift(gap)
  }

  #giveUp(why: string): void {
    if (this.#over) return
    this.#failed(new Error(why))
    this.#finish('behind')
  }

  #fail(error: unknown): void {
    if (this.#over) return
    this.#failed(asError(error))
    this.#finish('failed')
  }

  #failed(error: Error): void {
    this.#parts.counts.failed += 1
    this.#parts.failed(error)
  }

  #finish(end: SoundEnd): void {
    if (this.#over) return
    this.#over = true
    this.#cancelDrain?.()
    for (const piece of [this.#at, ...this.#waiting.splice(0)]) this.#count('dropped', piece)
    this.#at = null
    this.#weight = 0
    const refused = (error: unknown) => {
      // What failed before is not counted twice.
      if (end === 'behind' || end === 'failed') this.#parts.failed(asError(error))
      else this.#failed(asError(error))
    }
    try {
      this.#parts.taker.end(end)?.catch(refused)
    } catch (error) {
      refused(error)
    }
    this.#left.resolve()
  }

  #count(as: 'taken' | 'dropped', piece: SoundPiece | null | undefined): void {
    if (piece?.kind === 'sound') this.#parts.counts[as] += samplesOf(piece)
  }
}

function samplesOf(piece: SoundPiece): number {
  return piece.kind === 'sound' ? piece.pcm.length / AUDIO.bytesPerSample : 0
}

function weightOf(piece: SoundPiece): number {
  return piece.kind === 'sound' ? Math.max(samplesOf(piece), LEAST_SAMPLES) : 0
}

/** What is left of a piece for whom it was dropped. */
function asGap(piece: SoundPiece): SoundGap {
  return piece.kind === 'gap' ? piece : { kind: 'gap', lost: 0, dropped: samplesOf(piece) }
}

function joined(one: SoundGap, other: SoundGap): SoundGap {
  return { kind: 'gap', lost: one.lost + other.lost, dropped: one.dropped + other.dropped }
}
