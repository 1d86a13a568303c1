import type { Clock } from '../../shared/clock.ts'
import { LaresError } from '../../shared/errors.ts'
import { listenerOf, readChosen } from '../../speech/chosen-listener.ts'
import { SpeechFolder } from '../../speech/packages/speech-folder.ts'
import type { SpeechToText } from '../../speech/ports/speech-to-text.ts'
import type { SpeakOptions, TextToSpeech } from '../../speech/ports/text-to-speech.ts'
import type { Sound } from '../../speech/sound/wav-sound.ts'
import { KNOWN_VOICES } from '../../speech/voices/known-voices.ts'
import type { TalkEngines } from './talk-engines.ts'

/** What `lares voice install` brought, looked for again with every turn: it may come while the hub runs. */
export function localEngines(folder: string, clock: Clock): TalkEngines {
  const speech = new SpeechFolder(folder)
  let ears: { size: string; listener: SpeechToText } | null = null
  const voice = new FirstVoice(KNOWN_VOICES)
  return {
    ears() {
      const chosen = readChosen(speech)
      if (chosen?.size === ears?.size) return ears?.listener ?? null
      void ears?.listener.rest()
      ears = chosen && { size: chosen.size, listener: listenerOf(speech, chosen.size, clock) }
      return ears?.listener ?? null
    },
    voice: () => voice,
    async stop() {
      await ears?.listener.rest()
    },
  }
}

/** The first voice that is on this machine and knows the language. */
class FirstVoice implements TextToSpeech {
  readonly name = 'the voices of this machine'
  readonly languages = null
  #voices: readonly TextToSpeech[]

  constructor(voices: readonly TextToSpeech[]) {
    this.#voices = voices
  }

  async *speak(text: string, options: SpeakOptions): AsyncGenerator<Sound> {
    let missing: unknown = new LaresError('missing_program', `no voice speaks ${options.language} here`)
    for (const voice of this.#voices.filter(({ languages }) => languages?.includes(options.language) ?? true)) {
      try {
        yield* voice.speak(text, options)
        return
      } catch (error) {
        if (!(error instanceof LaresError) || error.code !== 'missing_program') throw error
        missing = error
      }
    }
    throw missing
  }
}
