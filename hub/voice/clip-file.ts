import type { Clock } from '../../shared/clock.ts'
import { AUDIO } from '../../shared/limits.ts'
import type { QueueRule, SoundEnd, SoundPiece, SoundTaker } from '../contract/sound-taker.ts'
import { createPart, finishPart, newClipName, removeClip } from './clip-folder.ts'
import { WavFile } from './wav-file.ts'

/** A finished WAV file: synced and in place. */
export interface Clip {
  /** Its name below the clips folder. */
  file: string
  bytes: number
  durationMs: number
  /** Of the whole file, hex. */
  sha256: string
}

/**
 * The file loses nothing: a recording is whole or it is none. A disk that is half a minute behind is as good as broken,
 * because the memory belongs to everybody, and one that takes nothing for two minutes after the turn is so as well.
 */
const FILE_RULE: QueueRule = { waitingMs: 30_000, beyond: 'give_up', drainMs: 120_000, drainsAtStop: true }

/** The recording of one turn: written below a name of its own while it grows, given its name when all of it is on the disk. */
export class ClipFile implements SoundTaker {
  readonly name = 'file'
  readonly rule = FILE_RULE
  /** `null` when there was no sound, or the disk refused it. Never rejects. */
  readonly clip: Promise<Clip | null>
  #folder: string
  #file: string
  #wav: WavFile
  #heard = false
  #settle: (clip: Clip | null) => void

  constructor(folder: string, clock: Clock) {
    const { promise, resolve } = Promise.withResolvers<Clip | null>()
    this.clip = promise
    this.#settle = resolve
    this.#folder = folder
    this.#file = newClipName(clock.now())
    this.#wav = new WavFile(() => createPart(folder, this.#file))
  }

  /** What is missing is silence. Rejects with what the disk says. */
  take(piece: SoundPiece): void | Promise<void> {
    if (piece.kind === 'gap') return this.#wav.addSilence((piece.lost + piece.dropped) * AUDIO.bytesPerSample)
    this.#heard = true
    return this.#wav.add(piece.pcm)
  }

  /** Rejects with what the disk says; nothing is left of the file then, unless the disk keeps that as well. */
  async end(end: SoundEnd): Promise<void> {
    // The disk is late: whoever waits for the clip need not wait for what it still does.
    if (end === 'behind') this.#settle(null)
    try {
      if (end === 'behind' || end === 'failed') await this.#discard()
      else if (this.#heard) this.#settle(await this.#finish())
    } catch (error) {
      await this.#discard()
      throw error
    } finally {
      this.#settle(null)
    }
  }

  async #finish(): Promise<Clip> {
    const { bytes, sha256 } = await this.#wav.close()
    await finishPart(this.#folder, this.#file)
    const durationMs = Math.round((this.#wav.dataBytes * 1_000) / (AUDIO.rate * AUDIO.bytesPerSample))
    return { file: this.#file, bytes, durationMs, sha256 }
  }

  async #discard(): Promise<void> {
    await this.#wav.abandon()
    try {
      await removeClip(this.#folder, this.#file)
    } catch {
      // the disk is at fault and was reported; what is left is swept at the next start
    }
  }
}
