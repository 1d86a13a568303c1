import { type Clock, wait } from '../../shared/clock.ts'
import { AUDIO } from '../../shared/limits.ts'
import { encodeAudioFrame, FRAME_FLAGS } from '../../shared/messages/audio-frame.ts'
import { joinSamples } from '../../speech/sound/join-samples.ts'
import { pcmBytes } from '../../speech/sound/pcm-bytes.ts'

/** Sound that is sent before it can be played: a voice that hesitates is not heard, and little is for nothing when it is stopped. */
const AHEAD_MS = 2_000

export interface SpeechStreamParts {
  clock: Clock
  /** Samples a second. */
  rate: number
  /** Sends one frame to the device, at once. */
  send: (frame: Buffer) => void
}

/** Sound on its way to a speaker, in frames, not much faster than it is played. */
export class SpeechStream {
  #parts: SpeechStreamParts
  /** What does not fill a frame yet; never empty once sound came, because the last frame says that it is the last. */
  #held = new Int16Array(0)
  #frames = 0
  #sent = 0
  #startedAt: number | null = null
  #over = new AbortController()

  constructor(parts: SpeechStreamParts) {
    this.#parts = parts
  }

  /** Samples a second. */
  get rate(): number {
    return this.#parts.rate
  }

  /** Sound that was sent and cannot have been played yet, milliseconds. */
  get aheadMs(): number {
    const { clock, rate } = this.#parts
    return Math.max(0, (this.#sent / rate) * 1_000 - (clock.mono() - (this.#startedAt ?? clock.mono())))
  }

  /** Resolves when more may come. What comes after `cancel` is dropped. */
  async write(samples: Int16Array): Promise<void> {
    const all = this.#held.length === 0 ? samples : joinSamples([this.#held, samples])
    let at = 0
    while (!this.#over.signal.aborted && all.length - at > AUDIO.frameSamples) {
      this.#send(all.subarray(at, at + AUDIO.frameSamples), 0)
      at += AUDIO.frameSamples
      await this.#paced()
    }
    this.#held = all.slice(at)
  }

  /** All of it was written. */
  end(): void {
    if (this.#over.signal.aborted) return
    if (this.#held.length > 0) this.#send(this.#held, FRAME_FLAGS.end)
    this.cancel()
  }

  /** Nobody listens any more. */
  cancel(): void {
    this.#over.abort()
  }

  #send(samples: Int16Array, flags: number): void {
    this.#startedAt ??= this.#parts.clock.mono()
    this.#parts.send(
      encodeAudioFrame({
        stream: 0,
        seq: this.#frames,
        flags: flags | (this.#frames === 0 ? FRAME_FLAGS.start : 0),
        captureUs: Math.round((this.#sent / this.#parts.rate) * 1e6),
        pcm: pcmBytes(samples),
      }),
    )
    this.#frames += 1
    this.#sent += samples.length
  }

  async #paced(): Promise<void> {
    const early = this.aheadMs - AHEAD_MS
    if (early > 0) await wait(this.#parts.clock, early, this.#over.signal)
  }
}
