import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import { cleanText } from '../../shared/clean-text.ts'
import type { Clock } from '../../shared/clock.ts'
import { cutText, endOfText } from '../../shared/cut-text.ts'
import type { ErrorCode } from '../../shared/errors.ts'
import { LaresError } from '../../shared/errors.ts'
import { shellWord } from '../../shared/shell-word.ts'

/** How a program ended. `problem` is Node's error code when it could not be started at all (`ENOENT`, `EACCES`). */
export interface ProgramEnd {
  code: number | null
  signal: string | null
  problem: string | null
  /** The last line it wrote to standard error, at most 300 characters; empty when it wrote none. */
  lastError: string
}

export interface RunningProgram {
  readonly ended: Promise<ProgramEnd>
  /** SIGTERM, and SIGKILL after a second. Resolves when it has ended; safe to call twice. */
  stop(): Promise<void>
  /** SIGKILL at once. */
  kill(): void
}

export interface ProgramOptions {
  env: NodeJS.ProcessEnv
  clock: Clock
  onOutput: (text: string) => void
}

const GRACE_MS = 1_000

/**
 * A child process in its own process group, so that stopping it stops what it started too.
 * Never throws and never emits: how it went is in `ended`.
 */
export function startProgram(command: readonly string[], { env, clock, onOutput }: ProgramOptions): RunningProgram {
  const [file = '', ...args] = command
  const child = spawn(file, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  // A chunk may end within a character: each stream has a decoder of its own that keeps the half.
  const decoder = new StringDecoder('utf8')
  const errorDecoder = new StringDecoder('utf8')
  let errorTail = ''
  let problem: string | null = null
  let over = false

  const signalGroup = (signal: NodeJS.Signals) => {
    if (child.pid === undefined) return
    try {
      process.kill(-child.pid, signal)
    } catch {
      // ESRCH: the whole group is gone already, which is what was wanted.
    }
  }

  child.stdout.on('data', (bytes: Buffer) => onOutput(decoder.write(bytes)))
  child.stderr.on('data', (bytes: Buffer) => {
    errorTail = endOfText(errorTail + errorDecoder.write(bytes), 1_000)
  })

  const ended = new Promise<ProgramEnd>((resolve) => {
    const finish = (code: number | null, signal: string | null) => {
      if (over) return
      over = true
      resolve({ code, signal, problem, lastError: lastLine(errorTail) })
    }
    child.on('error', (error: NodeJS.ErrnoException) => {
      problem = error.code ?? error.message
      if (child.pid === undefined) finish(null, null)
    })
    child.on('close', finish)
    child.on('exit', (code, signal) => {
      // A grandchild that keeps the pipe open would hold back `close` for ever.
      signalGroup('SIGKILL')
      clock.after(GRACE_MS, () => {
        child.stdout.destroy()
        child.stderr.destroy()
        finish(code, signal)
      })
    })
  })

  return {
    ended,
    kill: () => signalGroup('SIGKILL'),
    async stop() {
      if (over) return
      signalGroup('SIGTERM')
      const cancel = clock.after(GRACE_MS, () => signalGroup('SIGKILL'))
      await ended
      cancel()
    },
  }
}

/** What went wrong as an error with a remedy, or `null` when the program ended with 0. */
export function programFailure(command: readonly string[], end: ProgramEnd): LaresError | null {
  const [name] = command
  if (end.problem === 'ENOENT') return notThere(name ?? '')
  if (end.problem === 'EACCES')
    return new LaresError('no_permission', `${name} may not be run`, { hint: 'Make the file executable (chmod +x).' })
  if (end.problem !== null) return new LaresError('internal', `${name} could not be started (${end.problem})`)
  if (end.code === 0) return null
  const how = end.code === null ? `was ended by ${end.signal}` : `ended with code ${end.code}`
  const why = end.lastError === '' ? '' : `: ${end.lastError}`
  const hint = 'Run the command by hand, as the same user, to see what it needs.'
  return new LaresError(codeOf(end.lastError), `${name} ${how}${why}`, { hint })
}

/** The kernel says the same of a program that is not there and of one whose first line names what is not there. */
function notThere(name: string): LaresError {
  const [, interpreter] = /^#!\s*([^\n]*)/.exec(firstLine(name)) ?? []
  if (interpreter === undefined) return new LaresError('missing_program', `the program ${name} is not installed`)
  if (interpreter.endsWith('\r'))
    return new LaresError(
      'missing_program',
      `${name} has the line ends of Windows, with which its first line names nothing`,
      {
        hint: `Save it with those of Unix: sed -i 's/\\r$//' ${shellWord(name)}`,
      },
    )
  const [program = ''] = interpreter.trim().split(/\s/)
  return new LaresError('missing_program', `${name} is to be run by ${program}, which is not installed`, {
    hint: 'Install that, or name another program in the first line of the file.',
  })
}

/** Of a program that is named by its path; empty where there is none. */
function firstLine(name: string): string {
  try {
    return name.includes('/') ? (readFileSync(name, 'latin1').split('\n', 1)[0] ?? '') : ''
  } catch {
    return '' // no such file, or no reading it: then that is what is wrong
  }
}

/** What the C library calls EBUSY, EACCES, EPERM, ENOENT, ENODEV and ENXIO; programs are run with LC_ALL=C, so it is always English. */
function codeOf(lastError: string): ErrorCode {
  if (lastError.includes('Device or resource busy')) return 'device_busy'
  if (/Permission denied|Operation not permitted/.test(lastError)) return 'no_permission'
  return /No such (?:file|device)/.test(lastError) ? 'device_missing' : 'program_failed'
}

/** Calls `onLine` for every whole line of a text that arrives in pieces. An unfinished last line is kept back. */
export function byLine(onLine: (line: string) => void): (text: string) => void {
  let rest = ''
  return (text) => {
    const lines = (rest + text).split('\n')
    rest = endOfText(lines.pop() ?? '', 4_096)
    for (const line of lines) onLine(line)
  }
}

function lastLine(text: string): string {
  return cutText(
    text
      .split(/[\r\n]/)
      .map(cleanText)
      .findLast((line) => line !== '') ?? '',
    300,
  )
}
