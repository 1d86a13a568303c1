import type { SpeechToText } from '../../speech/ports/speech-to-text.ts'
import type { TextToSpeech } from '../../speech/ports/text-to-speech.ts'
import type { RankedAnswers } from '../models/ranked-answers.ts'

/** What hears and speaks here; `null`: nothing does. Looked at for every turn, because engines come and go. */
export interface TalkEngines {
  ears(): SpeechToText | null
  voice(): TextToSpeech | null
  /** Who answers what no sentence means. */
  answers(): RankedAnswers | null
  stop(): Promise<void>
}
