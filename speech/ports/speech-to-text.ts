/** What was understood of a sentence. */
export interface HeardWords {
  /** Empty: nothing that is speech. */
  text: string
  /** Of the engine alone, milliseconds. */
  tookMs: number
  /** Who understood it, where several are asked; absent: the engine itself. */
  by?: string
}

/** A sentence on its way: its sound goes in as it comes, so that an engine elsewhere has it by the time its end is known. */
export interface HearingSentence {
  /** 16 kHz, one channel, in order and without holes. Must not be changed afterwards. */
  sound(samples: Int16Array): void
  /**
   * No more comes; called once. Rejects with `timed_out` and `program_failed`, and with the signal's reason; the next sentence is
   * tried all the same.
   */
  words(): Promise<HeardWords>
}

export interface HearOptions {
  /** Of the speaker, as `en`. */
  language: string
  /** Engines that are to be asked before others, by their keys. */
  prefer?: readonly string[]
  /** Nobody wants to know any more. Also when it is aborted before `words`, what the sentence holds is given back. */
  signal?: AbortSignal
}

/** An engine that makes text of speech. */
export interface SpeechToText {
  /** For people: `moonshine base`. */
  readonly name: string
  /** The languages it understands; `null`: it does not say. */
  readonly languages: readonly string[] | null
  begin(options: HearOptions): HearingSentence
  /** Gives back what it holds. It may be asked again. */
  rest(): Promise<void>
}

/** Hears a sentence that is there as a whole. */
export function hearWhole(engine: SpeechToText, samples: Int16Array, options: HearOptions): Promise<HeardWords> {
  const sentence = engine.begin(options)
  sentence.sound(samples)
  return sentence.words()
}
