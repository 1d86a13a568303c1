import { crc32 } from 'node:zlib'
import type { Cancel, Clock } from '../../shared/clock.ts'
import { decode } from '../../shared/codec.ts'
import { AUDIO, REORDER_WINDOW_MS, TURN_MAX_MS } from '../../shared/limits.ts'
import type { SoundPiece } from '../contract/sound-taker.ts'
import type { FrameCounters } from './recorder-stats.ts'
import { type Piece, Reorder } from './reorder.ts'

const MAX_SAMPLES = (TURN_MAX_MS * AUDIO.rate) / 1_000
/** Frames shorter than 10 ms are counted as 10 ms here, so that empty ones cannot be numbered without end. */
const LEAST_SAMPLES = AUDIO.rate / 100

export interface OrderedSoundParts {
  clock: Clock
  counters: FrameCounters
  /** Number of the stream in this turn's frames. */
  stream: number
  /** What comes next of the turn. Called in order, as soon as the order is known. */
  piece: (piece: SoundPiece) => void
  /** No further frame fits into the longest turn. Called once at most. */
  full: () => void
}

/** The frames of one turn as they come, made into the sound of it: in order, what is missing named with its length. */
export class OrderedSound {
  /** When the last frame came, on the monotonic clock; at first when this was made. */
  heardAt: number
  /** Frames that came in time. */
  frames = 0
  /** Frames that did not. */
  lostFrames = 0
  /** Of the samples of all frames that came in time, in order. */
  crc32 = 0
  #parts: OrderedSoundParts
  #reorder = new Reorder()
  /** Samples of the longest frame so far: what a missing frame is taken to have had. Only the last may be shorter. */
  #frameSamples = 0
  #full = false
  #cancelTimer: Cancel | null = null
  #expected: number | null = null
  #complete: (() => void) | null = null

  constructor(parts: OrderedSoundParts) {
    this.#parts = parts
    this.heardAt = parts.clock.mono()
  }

  frame(payload: Buffer): 'taken' | 'bad' {
    const { counters, clock, stream } = this.#parts
    const decoded = decode('audio-frame', payload)
    const frame = decoded.ok && decoded.value.stream === stream ? decoded.value : null
    const samples = Math.max(this.#frameSamples, (frame?.pcm.length ?? 0) / AUDIO.bytesPerSample)
    if (frame === null || frame.seq >= mostFrames(samples)) {
      counters.bad += 1
      return 'bad'
    }
    this.heardAt = clock.mono()
    const arrival = this.#reorder.accept(frame.seq, frame.pcm, this.heardAt)
    if (arrival === 'late') counters.late += 1
    else if (arrival === 'duplicate') counters.duplicates += 1
    else {
      counters.frames += 1
      this.#frameSamples = samples
      this.#advance()
    }
    return 'taken'
  }

  /**
   * Resolves when all frames are here, at once if they are, or one reorder window later, or when this is closed. `frames` is
   * the device's count; when it gave none, only frames before those that are here are waited for.
   */
  async complete(frames: number | undefined): Promise<void> {
    this.#expected = frames ?? null
    if (this.#hasAll()) return
    await new Promise<void>((resolve) => {
      const cancel = this.#parts.clock.after(REORDER_WINDOW_MS, resolve)
      this.#complete = () => {
        cancel()
        resolve()
      }
    })
  }

  /** Lets go of what is still held back; frames must not come any more. */
  close(): void {
    this.#cancelTimer?.()
    this.#pass(this.#reorder.flush())
    if (this.#expected !== null)
      this.#countLost(Math.max(0, Math.min(this.#expected, mostFrames(this.#frameSamples)) - this.#reorder.next))
    this.#complete?.()
  }

  #advance(): void {
    this.#pass(this.#reorder.release(this.#parts.clock.mono()))
    this.#arm()
    if (this.#hasAll()) this.#complete?.()
    if (!this.#full && this.#reorder.next >= mostFrames(this.#frameSamples)) {
      this.#full = true
      this.#parts.full()
    }
  }

  #arm(): void {
    const { deadline } = this.#reorder
    this.#cancelTimer?.()
    this.#cancelTimer = null
    if (deadline === null) return
    const { clock } = this.#parts
    this.#cancelTimer = clock.after(Math.max(0, deadline - clock.mono()), () => this.#advance())
  }

  #pass(pieces: Piece[]): void {
    for (const piece of pieces) {
      if (piece.kind === 'gap') {
        this.#countLost(piece.frames)
        this.#parts.piece({ kind: 'gap', lost: piece.frames * this.#frameSamples, dropped: 0 })
      } else {
        this.frames += 1
        this.crc32 = crc32(piece.pcm, this.crc32)
        this.#parts.piece(piece)
      }
    }
  }

  #countLost(frames: number): void {
    this.lostFrames += frames
    this.#parts.counters.lost += frames
  }

  #hasAll(): boolean {
    return this.#reorder.deadline === null && (this.#expected === null || this.#reorder.next >= this.#expected)
  }
}

/** How many frames of so many samples fit into the longest turn. */
function mostFrames(samples: number): number {
  return Math.floor(MAX_SAMPLES / Math.max(samples, LEAST_SAMPLES))
}
