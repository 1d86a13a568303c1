import { Readable } from 'node:stream'
import { runLares } from '../../../cli/lares.ts'
import { explain } from '../../../shared/errors.ts'
import { exitCodeOf } from '../../../shared/exit-code.ts'

export interface Said {
  code: number
  out: string
  /** What a person reads of a mistake: the thing, the remedy, the code. */
  err: string
}

/**
 * Runs one line as a shell would, in this process: words in quotes stay whole, `lares` before them may be left out. `input` is
 * what comes on standard input, line by line.
 */
export async function lares(line: string, input = ''): Promise<Said> {
  const said: Said = { code: 0, out: '', err: '' }
  const restore = [
    replaced(process.stdout, 'write', (text: string) => {
      said.out += text
      return true
    }),
    replaced(process.stderr, 'write', (text: string) => {
      said.err += text
      return true
    }),
    replaced(process, 'stdin', Readable.from([input])),
  ]
  const before = process.stdout.listeners('error')
  try {
    said.code = await runLares(wordsOf(line))
  } catch (error) {
    said.code = exitCodeOf(error)
    said.err += explain(error)
  } finally {
    for (const undo of restore) undo()
    // A process listens once; this one runs many lines.
    for (const listener of process.stdout.listeners('error'))
      if (!before.includes(listener)) process.stdout.off('error', listener as () => void)
  }
  return said
}

function replaced<T extends object>(object: T, name: keyof T, value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(object, name)
  Object.defineProperty(object, name, { value, configurable: true, writable: true })
  return () => {
    if (before) Object.defineProperty(object, name, before)
    else delete object[name]
  }
}

/** The words of a line, as a shell parts them. */
export function wordsOf(line: string): string[] {
  const words = [...line.matchAll(/(?:'[^']*'|"[^"]*"|\\.|[^\s'"\\])+/g)].map(([word]) =>
    word.replaceAll(/'([^']*)'|"([^"]*)"|\\(.)/g, (_, single, double, escaped) => single ?? double ?? escaped ?? ''),
  )
  return words[0] === 'lares' ? words.slice(1) : words
}
