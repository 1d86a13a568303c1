import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asError, LaresError } from '../../shared/errors.ts'
import { durationWords } from '../../shared/time-words.ts'
import type { SpeakOptions, TextToSpeech } from '../ports/text-to-speech.ts'
import { readWav, type Sound } from '../sound/wav-sound.ts'

/** A sentence that takes longer is not worth waiting for. */
const MOST_MS = 20_000
/** Longer texts are cut by whoever speaks them; nobody listens to a chapter. */
const MOST_CHARACTERS = 4_000

export interface VoiceProgram {
  name: string
  /** Of Debian. */
  package: string
  languages: readonly string[]
  /** Its words. The text is in a file, so that none is ever taken for an option; sound goes to another. */
  arguments: (language: string, files: { text: string; sound: string }) => readonly string[]
}

/** Speaks with a program of this machine that reads text and writes a WAV file. */
export class ProgramVoice implements TextToSpeech {
  readonly name: string
  readonly languages: readonly string[]
  #program: VoiceProgram

  constructor(program: VoiceProgram) {
    this.#program = program
    this.name = program.name
    this.languages = program.languages
  }

  async *speak(text: string, { language, signal }: SpeakOptions): AsyncGenerator<Sound> {
    if (text.length > MOST_CHARACTERS)
      throw new LaresError('bad_params', `a text of ${text.length} characters is not spoken at once`)
    const folder = mkdtempSync(join(tmpdir(), 'lares-voice-'))
    try {
      const files = { text: join(folder, 'text'), sound: join(folder, 'spoken.wav') }
      writeFileSync(files.text, text)
      await this.#run(this.#program.arguments(language, files), signal ?? null)
      yield readWav(readFileSync(files.sound))
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }

  #run(words: readonly string[], signal: AbortSignal | null): Promise<void> {
    const { name, package: debian } = this.#program
    return new Promise((resolve, reject) => {
      const limit = AbortSignal.timeout(MOST_MS)
      const child = spawn(name, words, {
        stdio: ['ignore', 'ignore', 'pipe'],
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
        killSignal: 'SIGKILL',
      })
      let said = ''
      child.stderr.on('data', (chunk: Buffer) => {
        if (said.length < 500) said += String(chunk)
      })
      child.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT')
          reject(
            new LaresError('missing_program', `${name} is not installed`, { hint: `sudo apt-get install ${debian}` }),
          )
        else if (signal?.aborted) reject(asError(signal.reason))
        else if (limit.aborted)
          reject(new LaresError('timed_out', `${name} took longer than ${durationWords(MOST_MS)}`))
        else reject(new LaresError('program_failed', `${name}: ${error.message}`))
      })
      child.on('close', (code) => {
        if (code === 0) resolve()
        else
          reject(
            new LaresError('program_failed', `${name} ended with ${code}: ${said.trim().split('\n').at(-1) ?? ''}`),
          )
      })
    })
  }
}
