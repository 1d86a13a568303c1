/** How something is heard or spoken. */
export interface SpeechChoice {
  /** As `en`. */
  language: string
  /** Engines that are to be asked before others, by their keys. */
  prefer: readonly string[]
}

/** What hears and speaks for somebody who is no device: at the page. Nothing of it is kept. */
export interface SpeechDesk {
  /**
   * The words of a sentence, 16 kHz and one channel; empty where nobody spoke. Rejects with `missing_program` where nothing here
   * understands that language, `busy` while others are heard, `timed_out`, what the engine says, and the signal's reason.
   */
  hear(
    samples: Int16Array,
    choice: SpeechChoice,
    signal: AbortSignal,
  ): Promise<{ text: string; by: string | null; tookMs: number }>
  /** A text as a WAV file. Rejects as `hear` does. */
  speak(text: string, choice: SpeechChoice, signal: AbortSignal): Promise<Buffer>
}
