import type { SpeechToText } from '../../speech/ports/speech-to-text.ts'
import type { TextToSpeech } from '../../speech/ports/text-to-speech.ts'

/** What hears and speaks here; `null`: nothing does. Looked at for every turn, because engines come and go. */
export interface TalkEngines {
  ears(): SpeechToText | null
  voice(): TextToSpeech | null
  stop(): Promise<void>
}
