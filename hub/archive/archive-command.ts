import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { systemClock } from '../../shared/clock.ts'
import { endOfText } from '../../shared/cut-text.ts'
import { LaresError } from '../../shared/errors.ts'
import { durationWords } from '../../shared/time-words.ts'

const LAST_WORDS = 2_000

const running = new Set<ArchiveCommand>()
let tell: (pid: number | null) => void = () => {}

/** Who is told which command runs, and that none does any more: whoever ends this process by force ends that first. */
export function onCommand(told: (pid: number | null) => void): void {
  tell = told
}

/** Ends all that run, with all that they started: one that is only left would take what it has for all of it. */
export function killCommands(): void {
  for (const command of running) command.kill()
}

/** What ended a command that is given or gives an archive; `null`: it ended well. */
type Fault = LaresError | null

/**
 * A program of hub.toml that takes an archive on its standard input, or gives one on its standard output. It is run without a shell,
 * and in each of its words `{name}` is the archive's name. It is ended with all that it started at its time limit.
 */
export class ArchiveCommand {
  #child: ChildProcess
  #program: string
  #ended: Promise<Fault>
  #complaint = ''
  #overdue = false
  #cancel: () => void

  constructor(
    argv: readonly string[],
    { name, limitMs, gives = false }: { name: string; limitMs: number; gives?: boolean },
  ) {
    const [program = '', ...words] = argv.map((word) => word.replaceAll('{name}', name))
    this.#program = program
    this.#child = spawn(program, words, {
      stdio: [gives ? 'ignore' : 'pipe', gives ? 'pipe' : 'ignore', 'pipe'],
      // Whatever it starts belongs to its group and is ended with it.
      detached: true,
    })
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#complaint = endOfText(this.#complaint + text, LAST_WORDS)
    })
    // What it does not take is told by how it ends.
    this.#child.stdin?.on('error', () => {})
    running.add(this)
    if (this.#child.pid !== undefined) tell(this.#child.pid)
    this.#ended = this.#end(limitMs)
    this.#cancel = systemClock.after(limitMs, () => {
      this.#overdue = true
      this.kill()
    })
  }

  /** Resolves once it has room for more. Rejects when it has ended. */
  async take(piece: Uint8Array): Promise<void> {
    const { stdin } = this.#child
    if (stdin?.write(new Uint8Array(piece)) === true) return
    const wait = new AbortController()
    const drained =
      stdin && !stdin.destroyed ? once(stdin, 'drain', { signal: wait.signal }).catch(() => {}) : this.#ended
    await Promise.race([drained, this.#ended])
    wait.abort()
    if (stdin?.destroyed !== false) throw (await this.#ended) ?? this.#tooEarly()
  }

  /** All of it was given. Rejects with how it ended, when that was not well. */
  async finish(): Promise<void> {
    const { stdin } = this.#child
    const isTaken = new Promise<boolean>((resolve) => {
      // One that is closed already calls nobody any more.
      if (!stdin || stdin.destroyed) return resolve(false)
      stdin.once('close', () => resolve(false))
      // It is called with an error, too, where nobody takes the rest any more.
      stdin.end((error?: Error | null) => resolve(error === undefined || error === null))
    })
    const fault = await this.#ended
    if (fault) throw fault
    if (!(await isTaken)) throw this.#tooEarly()
  }

  /** What it gives; whoever has read all of it asks `over` how it ended. */
  get output(): ReadableStream<Uint8Array> {
    if (!this.#child.stdout) throw new Error('this command gives nothing')
    return Readable.toWeb(this.#child.stdout) as ReadableStream<Uint8Array>
  }

  /** Rejects with how it ended, when that was not well. */
  async over(): Promise<void> {
    const fault = await this.#ended
    if (fault) throw fault
  }

  /** Ends it with all that it started. Twice is safe. */
  kill(): void {
    const { pid } = this.#child
    if (pid === undefined) return
    try {
      process.kill(-pid, 'SIGKILL')
    } catch {
      // it has ended already
    }
  }

  async #end(limitMs: number): Promise<Fault> {
    const [code, signal, error] = await new Promise<[number | null, NodeJS.Signals | null, Error | null]>((resolve) => {
      this.#child.once('error', (cause) => resolve([null, null, cause]))
      // What it started and left behind would hold the pipes, and with them the archive.
      this.#child.once('exit', () => this.kill())
      this.#child.once('close', (exit, by) => resolve([exit, by, null]))
    })
    this.#cancel()
    running.delete(this)
    tell(null)
    if (error)
      return new LaresError('missing_program', `${this.#program} cannot be run: ${error.message}`, {
        cause: error,
        hint: 'Name a program with its whole path in [backup] of hub.toml, or install it, and restart the hub.',
      })
    if (this.#overdue)
      return new LaresError('timed_out', `${this.#program} took longer than ${durationWords(limitMs)} and was ended`, {
        hint: 'Look why it is slow, or allow more: time_limit of this place in [backup] of hub.toml.',
      })
    if (code === 0) return null
    const how = code === null ? `was ended by ${signal}` : `ended with ${code}`
    const last = this.#complaint.trim().split('\n').at(-1) ?? ''
    return new LaresError('program_failed', `${this.#program} ${how}${last === '' ? '' : `: ${last}`}`)
  }

  #tooEarly(): LaresError {
    return new LaresError(
      'program_failed',
      `${this.#program} ended before it had taken all of the backup, and said that all is well`,
      {
        hint: 'It must read its standard input to the end. Run it by hand, as the user lares, to see what it does.',
      },
    )
  }
}
