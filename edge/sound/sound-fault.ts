import { StringDecoder } from 'node:string_decoder'
import { cleanText } from '../../shared/clean-text.ts'
import { cutText, endOfText } from '../../shared/cut-text.ts'
import type { ErrorCode } from '../../shared/errors.ts'

/** What is wrong with a microphone or a speaker, in a sentence for a person. */
export interface SoundFault {
  code: ErrorCode
  reason: string
}

const SAID: [RegExp, ErrorCode, string][] = [
  [
    /No such file or directory|No such device|Unknown PCM|cannot find card|Invalid card/i,
    'device_missing',
    'not there',
  ],
  [/Device or resource busy/i, 'device_busy', 'used by another program'],
  [/Permission denied|Operation not permitted/i, 'no_permission', 'not allowed for this user'],
  [/Input\/output error|read error|write error/i, 'device_missing', 'stopped answering'],
  [/Connection refused|Host is down/i, 'device_missing', 'not there: the sound server does not answer'],
  [/Invalid argument|not available|unable to install hw params/i, 'device_missing', 'unable to do 16 kHz mono'],
]

/** What the last lines of arecord or aplay mean for `device`, or `null` when they say nothing we know. */
export function faultFromStderr(device: string, lines: readonly string[]): SoundFault | null {
  const text = lines.join('\n')
  for (const [pattern, code, what] of SAID)
    if (pattern.test(text))
      return { code, reason: `the sound device ${device} is ${what}`.replace('is stopped', 'stopped') }
  return null
}

/** What an error of starting the program means. */
export function faultFromSpawn(program: string, error: NodeJS.ErrnoException): SoundFault {
  if (error.code === 'ENOENT')
    return { code: 'missing_program', reason: `${program} is not installed (package alsa-utils)` }
  if (error.code === 'EACCES') return { code: 'no_permission', reason: `${program} may not be executed by this user` }
  return { code: 'missing_program', reason: `${program} could not be started: ${error.message}` }
}

/** Keeps the last lines a program wrote to standard error and counts those that report an overrun or underrun. */
export class StderrTail {
  #decoder = new StringDecoder('utf8')
  #lines: string[] = []
  #rest = ''
  #overruns = 0

  get lines(): readonly string[] {
    const rest = cleanText(this.#rest)
    return rest === '' ? this.#lines : [...this.#lines, rest]
  }

  get overruns(): number {
    return this.#overruns
  }

  push(chunk: Buffer): void {
    const parts = (this.#rest + this.#decoder.write(chunk)).split(/\r?\n/)
    // a program that never ends its line cannot fill the memory
    this.#rest = endOfText(parts.pop() ?? '', KEPT_CHARACTERS)
    for (const line of parts) {
      if (/overrun!!!|underrun!!!/.test(line)) this.#overruns += 1
      else if (cleanText(line) !== '') this.#lines.push(cutText(cleanText(line), KEPT_CHARACTERS))
    }
    this.#lines = this.#lines.slice(-KEPT_LINES)
  }
}

const KEPT_LINES = 20
const KEPT_CHARACTERS = 500
