/** What was understood of a sentence. */
export interface HeardWords {
  /** Empty: nothing that is speech. */
  text: string
  /** Of the engine alone, milliseconds. */
  tookMs: number
}

/** An engine that makes text of speech. */
export interface SpeechToText {
  /** For people: `moonshine base`. */
  readonly name: string
  /**
   * `samples`: one sentence, 16 kHz, one channel. Rejects with `timed_out` and `program_failed`, and with the signal's reason; the
   * next sentence is tried all the same.
   */
  hear(samples: Int16Array, signal?: AbortSignal): Promise<HeardWords>
  /** Gives back what it holds. It may be asked again. */
  rest(): Promise<void>
}
