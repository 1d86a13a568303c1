import type { Sound } from './sound/wav-sound.ts'

/** An engine that speaks text. */
export interface TextToSpeech {
  /** For people: `espeak-ng`. */
  readonly name: string
  /** Languages it has a voice for, as `en` and `de`. */
  readonly languages: readonly string[]
  /** Rejects with `missing_program`, `timed_out` and `program_failed`, and with the signal's reason. */
  speak(text: string, options: { language: string; signal?: AbortSignal }): Promise<Sound>
}
