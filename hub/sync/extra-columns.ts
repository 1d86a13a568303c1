import type { CentralColumn } from '../store/central-shape.ts'
import { copyText } from './copy-text.ts'
import type { TableFit } from './table-fit.ts'

/** The epoch under which a key of an append-only table stands at central. */
export type EpochOf = (table: string, key: number) => number

/**
 * Writes what central has no column for as the field `extra` of a row. Nothing is said of a column without a value, unless
 * central's column, once it is there, would have one by itself.
 */
export function extraWriter(
  { known, unknown, unknownEpochs }: TableFit,
  epochOf: EpochOf,
): (row: readonly unknown[]) => string {
  return (row) => {
    const extra: Record<string, unknown> = {}
    for (const [index, { name, kind, default: usual }] of unknown.entries()) {
      const value = extraValue(kind, row[known.length + index] ?? null)
      if (value !== null || usual !== null) extra[name] = value
    }
    for (const { at, target, name } of unknownEpochs)
      if (row[at] !== null) extra[name] = epochOf(target, row[at] as number)
    return copyText(JSON.stringify(extra))
  }
}

/** As JSON: numbers and texts as they are, JSON as itself. */
function extraValue(kind: CentralColumn['kind'], value: unknown): unknown {
  if (value === null) return null
  if (kind === 'json') return parsed(value as string)
  if (kind === 'flag') return value === 1
  return kind === 'blob' ? (value as Buffer).toString('hex') : value
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text // what is no JSON is kept as the text it is
  }
}
