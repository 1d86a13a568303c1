import { AUDIO } from '../../shared/limits.ts'
import type { HearingSentence } from '../../speech/ports/speech-to-text.ts'
import { pcmSamples } from '../../speech/sound/pcm-bytes.ts'
import type { QueueRule, SoundEnd, SoundGap, SoundPiece, SoundTaker } from '../contract/sound-taker.ts'

/** An engine elsewhere may hesitate for some seconds; who is further behind would answer nobody any more. */
const RULE: QueueRule = { waitingMs: 30_000, beyond: 'give_up', drainMs: 10_000, drainsAtStop: false }
const PER_MS = AUDIO.rate / 1_000
/** A gap is as long as what was lost up to here: words on both sides stay apart, and silence is heard as nothing. */
const GAP_MS = 200
/** What goes before a gap fades out within it: a click is taken for a consonant. */
const FADE = 10 * PER_MS

/** Hands the sound of a turn to whoever hears it, from the moment on at which it is known who does. */
export class TurnSound implements SoundTaker {
  readonly name = 'hearing'
  readonly rule = RULE
  /** Resolves with the end of the sound. */
  readonly ended: Promise<SoundEnd>
  #end = Promise.withResolvers<SoundEnd>()
  #sentence: HearingSentence | null = null
  #waiting: Int16Array[] = []
  #last = 0
  #lost = 0

  constructor() {
    this.ended = this.#end.promise
  }

  /** Samples that nobody has. */
  get lostMs(): number {
    return this.#lost / PER_MS
  }

  /** It goes there: what has come so far, and what comes. */
  to(sentence: HearingSentence): void {
    this.#sentence = sentence
    for (const samples of this.#waiting.splice(0)) sentence.sound(samples)
  }

  take(piece: SoundPiece): void {
    const samples = piece.kind === 'sound' ? pcmSamples(piece.pcm) : this.#concealed(piece)
    this.#last = samples.at(-1) ?? this.#last
    if (this.#sentence) this.#sentence.sound(samples)
    else this.#waiting.push(samples)
  }

  end(end: SoundEnd): void {
    this.#end.resolve(end)
  }

  #concealed({ lost, dropped }: SoundGap): Int16Array {
    this.#lost += lost + dropped
    const samples = new Int16Array(Math.min(lost + dropped, GAP_MS * PER_MS))
    for (let n = 0; n < Math.min(FADE, samples.length); n += 1) samples[n] = Math.round(this.#last * (1 - n / FADE))
    return samples
  }
}
