import { LaresError } from '../../../shared/errors.ts'
import { readSpan } from '../../../shared/read-span.ts'

/**
 * Parameters as a person writes them: `seconds=5`, several of them with blanks between, or JSON. A value that reads as JSON is
 * what it reads as, and a text otherwise. Throws `bad_params`.
 */
export function readParams(given: string | Record<string, unknown>): Record<string, unknown> {
  if (typeof given !== 'string') return given
  const text = given.trim()
  if (text.startsWith('{')) return jsonOf(text)
  const words = text === '' ? [] : text.split(/\s+/)
  return Object.fromEntries(
    words.map((word) => {
      const [, key, value = ''] = /^([a-z][a-z0-9_]*)=(.*)$/s.exec(word) ?? []
      if (key === undefined) throw unreadable(word)
      return [key, parsed(value)]
    }),
  )
}

/** Milliseconds of a span: a number is seconds. Throws `bad_params` where it is none, or not between these bounds. */
export function spanOf(given: string | number, { name, mostMs }: { name: string; mostMs: number }): number {
  const plain = typeof given === 'number' ? given : Number(given)
  const ms = Number.isFinite(plain) ? plain * 1_000 : readSpan(String(given))
  if (ms === null || ms < 1_000 || ms > mostMs)
    throw new LaresError('bad_params', `${name}: ${given} is no span between 1s and ${mostMs / 86_400_000}d`, {
      hint: 'Write it as 30s, 10min or "1h 30min".',
    })
  return Math.round(ms)
}

function jsonOf(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    throw unreadable(text)
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function unreadable(text: string): LaresError {
  return new LaresError('bad_params', `params: ${text} is no parameter`, {
    hint: "Write seconds=5, or 'output=lamp state=on' in quotes, or JSON.",
  })
}
