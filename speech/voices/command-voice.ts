import { ProgramVoice } from './program-voice.ts'

export interface CommandVoice {
  /** What people call it in their settings. */
  key: string
  /** The program and its words: `{text}` is the path of a file with the text, `{sound}` where a WAV file goes, `{language}` as `en`. */
  command: readonly string[]
  languages: readonly string[] | null
}

/**
 * A program of somebody's own that speaks. It has the text on its standard input, too, and where no word of it is `{sound}` its WAV file
 * comes on its standard output. No shell reads its words.
 */
export function commandVoice({ key, command, languages }: CommandVoice): ProgramVoice {
  const [program = '', ...words] = command
  return new ProgramVoice({
    ...{ name: key, program, package: null, languages },
    isPiped: !words.some((word) => word.includes('{sound}')),
    arguments: (language, { text, sound }) =>
      words.map((word) =>
        word.replaceAll('{text}', text).replaceAll('{sound}', sound).replaceAll('{language}', language),
      ),
  })
}
