import { joinSamples } from '../sound/join-samples.ts'
import type { Sound } from '../sound/wav-sound.ts'

export interface SpeakOptions {
  /** As `en`. */
  language: string
  /** Engines that are to be asked before others, by their keys. */
  prefer?: readonly string[]
  /** Nobody listens any more: what speaks is ended. */
  signal?: AbortSignal
}

/** An engine that speaks text. */
export interface TextToSpeech {
  /** For people: `espeak-ng`. */
  readonly name: string
  /** Languages it has a voice for, as `en` and `de`; `null`: it does not say. */
  readonly languages: readonly string[] | null
  /** Whether it is on this machine; absent: it is, or is elsewhere. */
  readonly isInstalled?: boolean
  /**
   * Pieces of sound, in order and without holes, as they are ready; all of one text have the same rate. Throws `missing_program`,
   * `timed_out` and `program_failed`, and the signal's reason.
   */
  speak(text: string, options: SpeakOptions): AsyncIterable<Sound>
}

/** All of it as one sound; a text of which nothing is spoken is silent at 16 kHz. */
export async function spokenWhole(engine: TextToSpeech, text: string, options: SpeakOptions): Promise<Sound> {
  const pieces: Sound[] = []
  for await (const piece of engine.speak(text, options)) pieces.push(piece)
  return { rate: pieces[0]?.rate ?? 16_000, samples: joinSamples(pieces.map(({ samples }) => samples)) }
}
