import { createInterface, type Interface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { LaresError } from '../errors.ts'
import { columnsOf, wrapped } from './text-width.ts'

/**
 * A secret, without showing it: twice, or once where a slip shows anyway. From a pipe it is one line. Throws `bad_params`.
 */
export async function askSecret(name: string, { twice = true } = {}): Promise<string> {
  const quiet = new Writable({ write: (_chunk, _encoding, done) => done() })
  const { isTTY } = process.stdin
  const terminal = createInterface({
    input: process.stdin,
    output: isTTY ? quiet : undefined,
    terminal: isTTY === true,
  })
  try {
    if (!isTTY) {
      for await (const line of terminal) return line
      throw new LaresError('bad_params', `no ${name} came on standard input`, {
        hint: `Give the ${name} as one line on standard input, or call this on a terminal.`,
      })
    }
    process.stderr.write(`The ${name} (it is not shown): `)
    const first = await answerOf(terminal, '')
    if (first !== null && twice) process.stderr.write('\nThe same again: ')
    const second = first === null || !twice ? first : await answerOf(terminal, '')
    process.stderr.write('\n')
    if (first === null || second === null)
      throw new LaresError('bad_params', `no ${name} was given, and nothing was done`, { hint: 'Call it again.' })
    if (first !== second) throw new LaresError('bad_params', 'the two differ', { hint: 'Call it again.' })
    return first
  } finally {
    terminal.close()
  }
}

/** Whether somebody is there to be asked. */
export function isAnybodyThere(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true
}

const ADD_YES = 'If that is what you want, say so with --yes.'

/**
 * Asks whether `what` may be gone. Anything but yes is no, and so is the end of what is typed (Ctrl-D) and Ctrl-C. Throws
 * `confirm_needed` on a no, and without asking where nobody is there or a program wants its answer as JSON.
 */
export async function agree(what: string, { json }: { json: boolean }): Promise<void> {
  if (json || !isAnybodyThere()) throw new LaresError('confirm_needed', what, { hint: ADD_YES })
  if (!(await askYes(what))) throw new LaresError('confirm_needed', 'nothing was done', { hint: ADD_YES })
}

/** Asks whether to go on with `what`. Anything but yes is no. */
async function askYes(what: string): Promise<boolean> {
  const lines = wrapped(what, columnsOf(process.stderr) ?? Number.POSITIVE_INFINITY)
  const answer = await askLine(`${lines.join('\n')}\nGo on? [y/N] `)
  return /^(?:y|yes)$/i.test(answer ?? '')
}

/** One line that is typed, without blanks at its ends; `null` where Ctrl-D or Ctrl-C came instead. */
export async function askLine(question: string): Promise<string | null> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = await answerOf(terminal, question)
    if (answer === null) process.stderr.write('\n')
    return answer?.trim() ?? null
  } finally {
    terminal.close()
  }
}

/** The line that is typed; `null` where Ctrl-D or Ctrl-C came instead. A question alone would never be answered then. */
async function answerOf(terminal: Interface, question: string): Promise<string | null> {
  const closed = new Promise<null>((resolve) => terminal.once('close', () => resolve(null)))
  const aborted = (error: Error) => {
    if (error.name === 'AbortError') return null
    throw error
  }
  return await Promise.race([terminal.question(question).catch(aborted), closed])
}
