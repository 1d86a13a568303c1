import { ProgramVoice } from './program-voice.ts'

const NAMES_OF_PICO: Readonly<Record<string, string>> = {
  ...{ en: 'en-GB', de: 'de-DE', fr: 'fr-FR', es: 'es-ES', it: 'it-IT' },
}
const NAMES_OF_ESPEAK: Readonly<Record<string, string>> = { en: 'en-gb', de: 'de' }

/** The voices of Debian, best first: flite is understood better than espeak-ng, and speaks English alone. */
export const KNOWN_VOICES: readonly ProgramVoice[] = [
  new ProgramVoice({
    ...{ name: 'flite', package: 'flite', languages: ['en'] },
    arguments: (_language, { text, sound }) => ['-voice', 'slt', '-f', text, '-o', sound],
  }),
  new ProgramVoice({
    ...{ name: 'pico', program: 'pico2wave', package: 'libttspico-utils', languages: ['en', 'de', 'fr', 'es', 'it'] },
    arguments: (language, { sound, said }) => ['-l', NAMES_OF_PICO[language] ?? 'en-GB', '-w', sound, '--', said],
  }),
  new ProgramVoice({
    ...{ name: 'espeak-ng', package: 'espeak-ng', languages: ['en', 'de'] },
    arguments: (language, { text, sound }) => ['-v', NAMES_OF_ESPEAK[language] ?? language, '-f', text, '-w', sound],
  }),
]
