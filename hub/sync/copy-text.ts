import type { CentralColumn } from '../store/central-shape.ts'

/** A value of SQLite, not null, as a field of COPY's text format. */
export type CopyEncoder = (value: unknown) => string

/** COPY's word for no value. */
export const COPY_NULL = '\\N'

export function copyEncoder(kind: CentralColumn['kind']): CopyEncoder {
  switch (kind) {
    case 'text':
    case 'decimal':
    case 'json':
      return (value) => copyText(value as string)
    case 'flag':
      return (value) => (value === 0 ? 'f' : 't')
    case 'blob':
      return (value) => `\\\\x${(value as Buffer).toString('hex')}`
    default:
      return (value) => String(value)
  }
}

const SPECIAL = /[\\\t\n\r]/
const SPECIALS = /[\\\t\n\r]/g
const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

export function copyText(text: string): string {
  return SPECIAL.test(text) ? text.replace(SPECIALS, (character) => ESCAPES[character] ?? character) : text
}
