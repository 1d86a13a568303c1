import { ProgramVoice } from './program-voice.ts'

const NAMES_OF_ESPEAK: Readonly<Record<string, string>> = { en: 'en-gb', de: 'de' }

/** The voices of Debian, best first: flite is understood better than espeak-ng, and speaks English alone. */
export const KNOWN_VOICES: readonly ProgramVoice[] = [
  new ProgramVoice({
    ...{ name: 'flite', package: 'flite', languages: ['en'] },
    arguments: (_language, { text, sound }) => ['-voice', 'slt', '-f', text, '-o', sound],
  }),
  new ProgramVoice({
    ...{ name: 'espeak-ng', package: 'espeak-ng', languages: ['en', 'de'] },
    arguments: (language, { text, sound }) => ['-v', NAMES_OF_ESPEAK[language] ?? language, '-f', text, '-w', sound],
  }),
]
