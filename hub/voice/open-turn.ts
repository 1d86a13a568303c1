import type { Clock } from '../../shared/clock.ts'
import type { SoundTaker, TurnEnd } from '../contract/sound-taker.ts'
import type { Recording } from '../engine/recording.ts'
import { ClipFile } from './clip-file.ts'
import { OrderedSound } from './ordered-sound.ts'
import type { FrameCounters } from './recorder-stats.ts'
import type { TakerCounts } from './taker-counts.ts'
import { TakerQueue } from './taker-queue.ts'
import { type SoundLevel, TurnLevel } from './turn-level.ts'

export interface OpenTurnParts {
  folder: string
  clock: Clock
  counters: FrameCounters
  /** Number of the stream in this turn's frames. */
  stream: number
  /** Who listens besides the file and the level. */
  takers: SoundTaker[]
  /** The counts of a kind of taker, of all turns. */
  countsOf: (taker: string) => TakerCounts
  /** No further frame fits into the longest turn. Called once at most. */
  full: () => void
  /** A taker failed or gave up; the turn goes on for the others, and without a file when it was that. */
  failed: (taker: string, error: Error) => void
}

/** What is left of a turn that is over. */
export interface ClosedTurn {
  recording: Recording | null
  level: SoundLevel | null
}

/** One turn while it is recorded: its sound in order, and those who take it. */
export class OpenTurn {
  readonly openedAt: number
  /** Resolves when all takers have heard the end. */
  readonly left: Promise<unknown>
  /** The device has said its end; the last frames may still be waited for. */
  ending = false
  #sound: OrderedSound
  #clip: ClipFile
  #level = new TurnLevel()
  #queues: TakerQueue[]
  #closed: Promise<ClosedTurn> | null = null

  constructor(parts: OpenTurnParts) {
    const { folder, clock, counters, stream, full } = parts
    this.openedAt = clock.mono()
    this.#clip = new ClipFile(folder, clock)
    this.#queues = [this.#clip, this.#level, ...parts.takers].map(
      (taker) =>
        new TakerQueue({
          taker,
          clock,
          counts: parts.countsOf(taker.name),
          failed: (error) => parts.failed(taker.name, error),
        }),
    )
    this.left = Promise.all(this.#queues.map((queue) => queue.left))
    this.#sound = new OrderedSound({
      clock,
      counters,
      stream,
      full,
      piece: (piece) => {
        for (const queue of this.#queues) queue.offer(piece)
      },
    })
  }

  /** When the last frame of this turn came, on the monotonic clock; at first when it was opened. */
  get heardAt(): number {
    return this.#sound.heardAt
  }

  frame(payload: Buffer): 'taken' | 'bad' {
    return this.#sound.frame(payload)
  }

  /** The device has said its end, with its count of frames: resolves when no frame is waited for any more. */
  async end(frames: number | undefined): Promise<void> {
    this.ending = true
    await this.#sound.complete(frames)
  }

  /**
   * Closes the turn with what is there; frames must not come any more. The file is synced and in place when this resolves,
   * `null` without sound or when the disk refused it. The other takers are not waited for. Repeating it is safe. Never rejects.
   */
  close(closedBy: TurnEnd): Promise<ClosedTurn> {
    this.#closed ??= this.#close(closedBy)
    return this.#closed
  }

  /** The hub stops: of a turn that is closed, those who may not work on then hear it now. */
  stop(): void {
    for (const queue of this.#queues) queue.end('stop')
  }

  async #close(closedBy: TurnEnd): Promise<ClosedTurn> {
    this.#sound.close()
    for (const queue of this.#queues) queue.end(closedBy)
    const clip = await this.#clip.clip
    const { frames, lostFrames, crc32 } = this.#sound
    const { level } = this.#level
    return { recording: clip && { ...clip, frames, lostFrames, crc32, closedBy }, level }
  }
}
