import { expect } from 'vitest'
import { runCentral } from '../../../central/main.ts'
import { asPattern } from './as-pattern.ts'
import { type Said, wordsOf } from './lares.ts'

/** One line of `lares central` with what comes on standard input; `url` stands in LARES_CENTRAL. */
export interface CentralLine {
  line: string
  input?: string
  url?: string
}

/** A mistake with `lares central`, and what its own text says to do about it. */
export interface CentralMistake extends CentralLine {
  /** Part of the message. */
  says: string
  /** The remedy as the inventory has it. */
  hint: string
  /** Takes the remedy from the text. What is returned is run, and each must succeed. */
  mended: (text: string) => MayBe<Mended | Mended[]>
}

type Mended = string | CentralLine
type MayBe<T> = T | Promise<T>

/** Runs one line as a shell would; `lares central` before it may be left out. */
export async function central({ line, input = '', url }: CentralLine): Promise<Said> {
  const said: Said = { code: 0, out: '', err: '' }
  const words = wordsOf(line)
  said.code = await runCentral(words[0] === 'central' ? words.slice(1) : words, {
    env: url === undefined ? {} : { LARES_CENTRAL: url },
    readInput: () => input,
    out: (text) => {
      said.out += text
    },
    err: (text) => {
      said.err += text
    },
  })
  return said
}

/** Makes the mistake at the central of `url`, does what is said about it, and sees that it succeeds. */
export async function takeRemedy({ says, hint, mended, ...wrong }: CentralMistake, url: string): Promise<void> {
  const { code, err } = await central({ url, ...wrong })
  expect(code, err).not.toBe(0)
  expect(err).toContain(says)
  expect(err).toMatch(asPattern(hint))
  for (const one of [await mended(err)].flat()) {
    const call = { url, ...(typeof one === 'string' ? { line: one } : one) }
    expect({ line: call.line, ...(await central(call)) }).toMatchObject({ code: 0, err: '' })
  }
}

/** What the first group of the pattern finds in a text. */
export function found(text: string, pattern: RegExp): string {
  return pattern.exec(text)?.[1] ?? expect.fail(`${pattern} is not in: ${text}`)
}
