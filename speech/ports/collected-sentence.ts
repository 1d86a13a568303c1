import { joinSamples } from '../sound/join-samples.ts'
import type { HeardWords, HearingSentence } from './speech-to-text.ts'

/** A sentence for an engine that hears it as a whole. */
export class CollectedSentence implements HearingSentence {
  #pieces: Int16Array[] = []
  #hear: (samples: Int16Array) => Promise<HeardWords>

  constructor(hear: (samples: Int16Array) => Promise<HeardWords>) {
    this.#hear = hear
  }

  sound(samples: Int16Array): void {
    this.#pieces.push(samples)
  }

  words(): Promise<HeardWords> {
    return this.#hear(joinSamples(this.#pieces.splice(0)))
  }
}
