import { access, constants, readdir, readFile } from 'node:fs/promises'
import type { Clock } from '../../shared/clock.ts'
import { LaresError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import type { ProgramEnd, RunningProgram } from './child-program.ts'
import { fileError, HANGS } from './file-error.ts'

export interface KernelFilesOptions {
  clock: Clock
  /** Put before every path. */
  at: (path: string) => string
  start: (command: readonly string[], onOutput: (text: string) => void) => RunningProgram
  /** Where a file that does not answer is named, once, and again when it answers. */
  log: Log
}

/** How long the one thread may be busy with a file before it is given up. A file of the kernel answers in microseconds. */
const THREAD_MS = 1_000
/** How long a program may take for what the thread was late with. */
const PROGRAM_MS = 2_000
const OUTPUT_BYTES = 64 * 1024

/** One question about one file, for a thread and for a program that answers the same. */
interface Question<T> {
  path: string
  byThread: (() => Promise<T>) | null
  /** Programs by their path: what reads the kernel's files does not depend on where programs are looked for. */
  command: readonly string[]
  answer: (output: string, end: ProgramEnd) => T
}

/**
 * The files of the kernel: whatever lies below /sys, /proc and /dev. Every one of them may hang in its driver, and a thread
 * that waits for the kernel cannot be ended: four such files would be all that Node has for files and names.
 *
 * So they are asked one after the other, and all of them together hold at most one thread. When it is late, a program is
 * asked instead, and programs are asked for every file until the thread is back. A program that is late is killed, and
 * only then is the file to blame: the thread may have waited for something else.
 */
export class KernelFiles {
  readonly #options: KernelFilesOptions
  #turn: Promise<void> = Promise.resolve()
  #threadIsGone = false
  readonly #underWay = new Map<string, Promise<unknown>>()
  /** Files whose program not even SIGKILL ends. Another would hang beside it. */
  readonly #stuck = new Set<string>()
  readonly #named = new Set<string>()

  constructor(options: KernelFilesOptions) {
    this.#options = options
  }

  /** The whole file as UTF-8. Rejects with the error of the file, and with `device_busy` when it does not answer. */
  readText(path: string): Promise<string> {
    const file = this.#options.at(path)
    const command = ['/bin/cat', '--', file]
    return this.#ask('read', {
      path,
      byThread: () => readFile(file, 'utf8'),
      command,
      answer: (output, end) => succeeded(output, path, end, { program: 'cat', done: 'read' }),
    })
  }

  /** Names in a folder, sorted. Rejects as `readText`. */
  list(path: string): Promise<string[]> {
    const folder = this.#options.at(path)
    return this.#ask('list', {
      path,
      byThread: async () => (await readdir(folder)).sort(),
      // The dot makes ls refuse what is no folder.
      command: ['/bin/ls', '-1A', '--', `${folder}/.`],
      answer: (output, end) =>
        succeeded(output, path, end, { program: 'ls', done: 'read' })
          .split('\n')
          .filter((name) => name !== '')
          .sort(),
    })
  }

  /** Whether this process may write the file now. Rejects with `device_busy` when it does not answer. */
  canWrite(path: string): Promise<boolean> {
    const file = this.#options.at(path)
    return this.#ask('may write', {
      path,
      byThread: () =>
        access(file, constants.W_OK).then(
          () => true,
          () => false,
        ),
      command: ['/usr/bin/test', '-w', file],
      answer: (_, { code }) => code === 0,
    })
  }

  /** Overwrites a file. Always by a program: what a late thread wrote after all would be written twice. */
  async writeText(path: string, text: string): Promise<void> {
    const write = 'printf %s "$1" | /usr/bin/tee -- "$2"'
    await this.#byProgram({
      path,
      byThread: null,
      command: ['/bin/sh', '-c', write, 'sh', text, this.#options.at(path)],
      answer: (output, end) => succeeded(output, path, end, { program: 'sh', done: 'written' }),
    })
  }

  /** Whoever asks what is being asked gets the same answer. */
  #ask<T>(kind: string, question: Question<T>): Promise<T> {
    const key = `${kind} ${question.path}`
    const present = this.#underWay.get(key) as Promise<T> | undefined
    if (present) return present
    const answer = this.#inTurn(question).finally(() => this.#underWay.delete(key))
    this.#underWay.set(key, answer)
    return answer
  }

  /** Waiting for one's turn is bounded: once the thread is late, nobody behind it waits for it. */
  async #inTurn<T>(question: Question<T>): Promise<T> {
    const before = this.#turn
    const over = Promise.withResolvers<void>()
    this.#turn = over.promise
    await before
    let answer: { value: T } | null = null
    try {
      answer = await this.#byThread(question)
    } finally {
      over.resolve()
    }
    if (answer === null) return await this.#byProgram(question)
    this.#answers(question.path)
    return answer.value
  }

  /** The answer of the one thread, or `null` when it is late or away. */
  async #byThread<T>({ byThread }: Question<T>): Promise<{ value: T } | null> {
    if (byThread === null || this.#threadIsGone) return null
    const late = Promise.withResolvers<null>()
    const cancel = this.#options.clock.after(THREAD_MS, () => {
      this.#threadIsGone = true
      late.resolve(null)
    })
    const answer = byThread().then((value) => ({ value }))
    const back = () => {
      this.#threadIsGone = false
    }
    answer.then(back, back)
    try {
      return await Promise.race([answer, late.promise])
    } finally {
      cancel()
    }
  }

  async #byProgram<T>({ path, command, answer }: Question<T>): Promise<T> {
    if (this.#stuck.has(path)) throw this.#hangs(path)
    const given = Promise.withResolvers<never>()
    let output = ''
    const program = this.#options.start(command, (text) => {
      output += text
      if (output.length > OUTPUT_BYTES)
        given.reject(new LaresError('too_large', `${path} holds more than ${OUTPUT_BYTES} bytes`))
    })
    const cancel = this.#options.clock.after(PROGRAM_MS, () => given.reject(this.#hangs(path)))
    let end: ProgramEnd
    try {
      end = await Promise.race([program.ended, given.promise])
    } catch (error) {
      this.#stuck.add(path)
      program.kill()
      void program.ended.then(() => this.#stuck.delete(path))
      throw error
    } finally {
      cancel()
    }
    this.#answers(path)
    return answer(output, end)
  }

  #hangs(path: string): LaresError {
    const error = new LaresError('device_busy', `${path} does not answer`, { hint: HANGS })
    if (!this.#named.has(path)) this.#options.log.warn({ path, hint: HANGS }, 'a file of the kernel does not answer')
    this.#named.add(path)
    return error
  }

  #answers(path: string): void {
    if (this.#named.delete(path)) this.#options.log.info({ path }, 'a file of the kernel answers again')
  }
}

function succeeded(
  output: string,
  path: string,
  end: ProgramEnd,
  how: { program: string; done: 'read' | 'written' },
): string {
  if (end.code !== 0) throw fileError(path, end, how)
  return output
}
