import { type ChildProcess, spawn } from 'node:child_process'
import { endOfText } from '../../shared/cut-text.ts'
import { asError } from '../../shared/errors.ts'

const LAST_WORDS = 2_000

/** It was dropped because the hub stops. */
export class ProcessDropped extends Error {}

/**
 * Runs a program in a process of its own: reading a large database takes seconds, on a card minutes, in which neither the
 * engine nor a stop may wait. A thread would not do: it cannot be ended while SQLite works in it.
 */
export class OwnProcess<T> {
  #program: string
  #child: ChildProcess | null = null
  #dropped = false

  /** `program`: a file that writes one line of JSON at its end. */
  constructor(program: string) {
    this.#program = program
  }

  /** What the program said. One at a time. Rejects with how it ended when it said nothing, or with `ProcessDropped`. */
  async run(args: string[]): Promise<T> {
    if (this.#dropped) throw new ProcessDropped('the hub stops')
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', this.#program, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child = child
    try {
      return await outcomeOf<T>(child)
    } catch (error) {
      if (this.#dropped) throw new ProcessDropped('the hub stops')
      throw error
    } finally {
      this.#child = null
    }
  }

  /** Ends one that is under way, and lets no more begin. Returns whether there was one; `ended` is called after its end. */
  drop(ended: () => void = () => {}): boolean {
    this.#dropped = true
    const child = this.#child
    if (!child) return false
    child.once('exit', ended)
    child.kill('SIGKILL')
    return true
  }
}

function outcomeOf<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    let answer = ''
    let complaint = ''
    // A chunk may end within a character.
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      answer += text
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      complaint = endOfText(complaint + text, LAST_WORDS)
    })
    child.once('error', reject)
    child.once('close', (code, signal) => {
      try {
        resolve(JSON.parse(answer) as T)
      } catch (cause) {
        const how = `its process ended with ${code ?? signal}`
        reject(new Error(complaint === '' ? how : `${how}: ${complaint.trim()}`, { cause: asError(cause) }))
      }
    })
  })
}
