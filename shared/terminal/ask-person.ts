import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { LaresError } from '../errors.ts'

/** A secret: twice, without showing it. From a pipe it is one line. Throws `bad_params`. */
export async function askSecret(name: string): Promise<string> {
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
    const first = await terminal.question('')
    process.stderr.write('\nThe same again: ')
    const second = await terminal.question('')
    process.stderr.write('\n')
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

/** Whether a person agrees to what will be gone. Anything but yes is no. */
export async function askConfirm(what: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = await terminal.question(`${what}\nGo on? [y/N] `)
    return /^(?:y|yes)$/i.test(answer.trim())
  } finally {
    terminal.close()
  }
}
