import type { ModelQuestion } from './model-question.ts'

/** How a device is spoken to in a session: what of its persona those need who hear and speak. */
export interface Speaks {
  persona: string
  /** As `en`, without a region. */
  language: string
  /** How long the device listens after an answer without being called again, milliseconds. */
  followUpMs: number
  /** What interrupts an answer beside a button. */
  bargeIn: 'off' | 'wake_word' | 'speech'
  /** By stage, engines to be asked before others. */
  engines: { stt: readonly string[]; tts: readonly string[]; answer: readonly string[] }
}

/** A turn that may be answered: its session was the device's as it began. */
export interface OpenedTurn {
  device: string
  turn: string
  session: string
  epoch: number
  speaks: Speaks
}

/** What becomes of words. */
export type HeardAnswer =
  /** Nothing was said, or the session is another one by now. */
  | { kind: 'nothing' }
  | { kind: 'say'; text: string; language: string }
  /** No sentence means that: somebody else may know, and where nobody does, `otherwise` is said. */
  | { kind: 'ask'; question: ModelQuestion; otherwise: string }

/** Something to be said on one device, whoever asked for it. */
export interface UnaskedSpeech {
  device: string
  text: string
  /** As `en`. */
  language: string
  /** At once, and loudly; anything else waits until nobody speaks there. */
  isUrgent: boolean
  /** In which it is said; `null`: in none. */
  session: { id: string; epoch: number } | null
}

/** How an answer went, as the device and the front know it. */
export interface SpokenAnswer {
  /** All that was spoken, and what of it came out of the speaker. */
  text: string
  heard: string
  end: 'played' | 'stopped' | 'unheard' | 'failed'
  /** Who made the words, and who spoke them. */
  by: string
  voice: string
  /** Milliseconds since the turn began, by stage. */
  stages: Readonly<Record<string, number>>
  /** From the end of the sound to the first of the answer, milliseconds; `null`: nobody heard an answer. */
  latencyMs: number | null
  tokens: number | null
  error: string | null
}
