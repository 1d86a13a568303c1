import { spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asError, LaresError } from '../../shared/errors.ts'
import { durationWords } from '../../shared/time-words.ts'
import type { SpeakOptions, TextToSpeech } from '../ports/text-to-speech.ts'
import { readWav, type Sound } from '../sound/wav-sound.ts'
import { programAt } from './program-at.ts'

/** A sentence that takes longer is not worth waiting for. */
const MOST_MS = 20_000
/** Two minutes at 48 kHz. */
const MOST_BYTES = 11_520_000
/** Longer texts are cut by whoever speaks them; nobody listens to a chapter. */
const MOST_CHARACTERS = 4_000

/** What a program is given: the text in a file and as it is, and where its sound goes. */
export interface VoiceFiles {
  text: string
  sound: string
  said: string
}

export interface VoiceProgram {
  /** For people. */
  name: string
  /** What is run; absent: its name. */
  program?: string
  /** Of Debian; `null`: it is somebody's own. */
  package: string | null
  /** `null`: it does not say. */
  languages: readonly string[] | null
  /** Its words. The text is in a file and comes on its standard input, so that none is ever taken for an option; sound goes to another. */
  arguments: (language: string, files: VoiceFiles) => readonly string[]
  /** Its sound comes on its standard output. */
  isPiped?: boolean
}

/** Speaks with a program of this machine that reads text and writes a WAV file. */
export class ProgramVoice implements TextToSpeech {
  readonly name: string
  readonly languages: readonly string[] | null
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
      const files = { text: join(folder, 'text'), sound: join(folder, 'spoken.wav'), said: text }
      writeFileSync(files.text, text)
      const piped = await this.#run(this.#program.arguments(language, files), { files, signal: signal ?? null })
      yield readWav(piped ?? soundIn(files.sound, this.name))
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }

  /** Whether it could be run here. Looked up when it is asked for: programs come and go. */
  get isInstalled(): boolean {
    return programAt(this.#program.program ?? this.name) !== null
  }

  /** What came on its standard output; `null`: its sound is in the file. */
  #run(
    words: readonly string[],
    { files, signal }: { files: VoiceFiles; signal: AbortSignal | null },
  ): Promise<Buffer | null> {
    const { name, program = name, package: debian, isPiped = false } = this.#program
    return new Promise((resolve, reject) => {
      const limit = AbortSignal.timeout(MOST_MS)
      const input = openSync(files.text, 'r')
      // A group of its own: a script is ended with whatever it has begun.
      const child = spawn(program, words, { stdio: [input, isPiped ? 'pipe' : 'ignore', 'pipe'], detached: true })
      closeSync(input)
      const end = () => {
        try {
          if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
        } catch {
          // It has ended by itself.
        }
      }
      const over = signal ? AbortSignal.any([signal, limit]) : limit
      if (over.aborted) end()
      over.addEventListener('abort', end, { once: true })
      const sound: Buffer[] = []
      let bytes = 0
      child.stdout?.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > MOST_BYTES) end()
        else sound.push(chunk)
      })
      let said = ''
      child.stderr?.on('data', (chunk: Buffer) => {
        if (said.length < 500) said += String(chunk)
      })
      child.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT')
          reject(
            new LaresError(
              'missing_program',
              `${program} is not installed`,
              debian === null ? {} : { hint: `sudo apt-get install ${debian}` },
            ),
          )
        else reject(new LaresError('program_failed', `${name}: ${error.message}`))
      })
      child.on('close', (code) => {
        over.removeEventListener('abort', end)
        if (code === 0) resolve(isPiped ? Buffer.concat(sound) : null)
        else if (signal?.aborted) reject(asError(signal.reason))
        else if (limit.aborted)
          reject(new LaresError('timed_out', `${name} took longer than ${durationWords(MOST_MS)}`))
        else if (bytes > MOST_BYTES) reject(new LaresError('program_failed', `${name} makes sound without end`))
        else
          reject(
            new LaresError('program_failed', `${name} ended with ${code}: ${said.trim().split('\n').at(-1) ?? ''}`),
          )
      })
    })
  }
}

/** Throws `program_failed` where it wrote none. */
function soundIn(file: string, name: string): Buffer {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  if (size === 0) throw new LaresError('program_failed', `${name} wrote no sound`)
  if (size > MOST_BYTES) throw new LaresError('program_failed', `${name} makes sound without end`)
  return readFileSync(file)
}
