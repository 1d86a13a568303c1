import { crc32 } from 'node:zlib'
import type { Cancel, Clock } from '../../shared/clock.ts'
import { decode } from '../../shared/codec.ts'
import { asError } from '../../shared/errors.ts'
import { AUDIO, REORDER_WINDOW_MS, TURN_MAX_MS } from '../../shared/limits.ts'
import type { Recording } from '../engine/input.ts'
import { createPart, finishPart, newClipName, removeClip } from './clip-folder.ts'
import type { Counters } from './recorder-stats.ts'
import { type Piece, Reorder } from './reorder.ts'
import { WavFile } from './wav-file.ts'

const MAX_SAMPLES = (TURN_MAX_MS * AUDIO.rate) / 1_000
/** Frames shorter than 10 ms are counted as 10 ms here, so that empty ones cannot be numbered without end. */
const LEAST_SAMPLES = AUDIO.rate / 100

export interface OpenTurnParts {
  folder: string
  clock: Clock
  counters: Counters
  /** Number of the stream in this turn's frames. */
  stream: number
  /** No further frame fits into the longest turn. Called once at most. */
  full: () => void
  /** The disk refused the recording. Called once at most; the turn goes on without a file. */
  broken: (error: Error) => void
}

/** One turn while it is recorded: its frames in order, its growing file. */
export class OpenTurn {
  readonly openedAt: number
  /** When the last frame of this turn came, on the monotonic clock; at first when it was opened. */
  heardAt: number
  /** The device has said its end; the last frames may still be waited for. */
  ending = false
  #parts: OpenTurnParts
  #file: string
  #wav: WavFile
  #reorder = new Reorder()
  #kept = 0
  #lost = 0
  #crc = 0
  /** Samples of the longest frame so far: what a missing frame is taken to have had. Only the last may be shorter. */
  #frameSamples = 0
  #full = false
  #cancelTimer: Cancel | null = null
  #recording: Promise<Recording | null> | null = null
  #expected: number | null = null
  #complete: (() => void) | null = null

  constructor(parts: OpenTurnParts) {
    const { clock, folder } = parts
    this.#parts = parts
    this.openedAt = clock.mono()
    this.heardAt = this.openedAt
    this.#file = newClipName(clock.now())
    this.#wav = new WavFile(
      () => createPart(folder, this.#file),
      (error) => {
        parts.counters.failed += 1
        parts.broken(error)
        void this.#discard()
      },
    )
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
   * The device has said its end: resolves when all frames are here, at once if they are, or one reorder window later.
   * `frames` is the device's count; when it gave none, only frames before those that are here are waited for.
   */
  async end(frames: number | undefined): Promise<void> {
    this.ending = true
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

  /**
   * Closes the turn with what is there; frames must not come any more. The file is synced and in place when this resolves,
   * `null` without sound or when the disk refused it. Repeating it is safe. Never rejects.
   */
  close(closedBy: Recording['closedBy']): Promise<Recording | null> {
    if (this.#recording) return this.#recording
    this.#cancelTimer?.()
    this.#write(this.#reorder.flush())
    if (this.#expected !== null)
      this.#countLost(Math.max(0, Math.min(this.#expected, mostFrames(this.#frameSamples)) - this.#reorder.next))
    this.#complete?.()
    this.#recording = this.#store(closedBy)
    return this.#recording
  }

  async #store(closedBy: Recording['closedBy']): Promise<Recording | null> {
    if (this.#kept === 0) return null
    try {
      const { bytes, sha256 } = await this.#wav.close()
      await finishPart(this.#parts.folder, this.#file)
      const durationMs = Math.round((this.#wav.dataBytes * 1_000) / (AUDIO.rate * AUDIO.bytesPerSample))
      const { lostFrames, frames, crc32 } = { lostFrames: this.#lost, frames: this.#kept, crc32: this.#crc }
      return { file: this.#file, bytes, frames, lostFrames, durationMs, sha256, crc32, closedBy }
    } catch (error) {
      this.#wav.giveUp(asError(error))
      await this.#discard()
      return null
    }
  }

  #advance(): void {
    this.#write(this.#reorder.release(this.#parts.clock.mono()))
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

  #write(pieces: Piece[]): void {
    for (const piece of pieces) {
      if (piece.kind === 'gap') {
        this.#countLost(piece.frames)
        this.#wav.addSilence(piece.frames * this.#frameSamples * AUDIO.bytesPerSample)
      } else {
        this.#kept += 1
        this.#crc = crc32(piece.pcm, this.#crc)
        this.#wav.add(piece.pcm)
      }
    }
  }

  #countLost(frames: number): void {
    this.#lost += frames
    this.#parts.counters.lost += frames
  }

  #hasAll(): boolean {
    return this.#reorder.deadline === null && (this.#expected === null || this.#reorder.next >= this.#expected)
  }

  async #discard(): Promise<void> {
    try {
      await removeClip(this.#parts.folder, this.#file)
    } catch {
      // the disk is at fault and was reported; what is left is swept at the next start
    }
  }
}

/** How many frames of so many samples fit into the longest turn. */
function mostFrames(samples: number): number {
  return Math.floor(MAX_SAMPLES / Math.max(samples, LEAST_SAMPLES))
}
