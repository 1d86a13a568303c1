import type { CentralColumn, CentralTable } from '../hub/store/central-shape.ts'
import { centralTables } from '../hub/store/central-tables.ts'
import type { ColumnKind } from '../hub/store/columns.ts'
import { cutText } from '../shared/cut-text.ts'
import { decimalText } from '../shared/decimal.ts'
import { LaresError } from '../shared/errors.ts'

/** Columns that the house fills in when the row arrives. */
const FILLED_IN = new Set(['managed_by', 'scope'])

/** A table whose rows central may manage. Throws `bad_params`. */
export function managedTable(name: string): CentralTable {
  const tables = centralTables().filter(({ kind }) => kind === 'down')
  const table = tables.find((candidate) => candidate.name === name)
  if (table === undefined)
    throw new LaresError('bad_params', `central manages no rows of ${name}`, {
      hint: `Choose one of ${tables.map((candidate) => candidate.name).join(', ')}.`,
    })
  return table
}

/**
 * Checks a row that is to go down to houses, as its table is declared: an object with its key, only declared columns, times in
 * integer milliseconds. Returns its key. Throws `bad_params` naming the column.
 */
export function checkManagedRow(table: CentralTable, row: unknown): { key: string; row: Record<string, unknown> } {
  if (typeof row !== 'object' || row === null || Array.isArray(row))
    throw new LaresError('bad_params', `a row of ${table.name} is one JSON object`, {
      hint: `For example {"${table.key}": "…"}.`,
    })
  const columns = new Map(
    table.columns.filter(({ name }) => !FILLED_IN.has(name)).map((column) => [column.name, column]),
  )
  const values = Object.entries(row)
  for (const [name, value] of values) {
    const column = columns.get(name)
    if (column === undefined)
      throw new LaresError('bad_params', `${table.name} has no column ${name} that central may set`, {
        hint: `Its columns are ${[...columns.keys()].join(', ')}.`,
      })
    checkValue(table, column, value)
  }
  const key = new Map<string, unknown>(values).get(table.key)
  if (typeof key !== 'string' || key === '')
    throw new LaresError('bad_params', `the row lacks its key ${table.key}`, { hint: 'It is a text and not empty.' })
  return { key, row: Object.fromEntries(values) }
}

const FITS: Record<ColumnKind, { words: string; fits: (value: unknown, column: CentralColumn) => boolean }> = {
  text: { words: 'a text', fits: (value) => typeof value === 'string' },
  integer: { words: 'a whole number', fits: Number.isSafeInteger },
  real: { words: 'a number', fits: Number.isFinite },
  decimal: {
    words: 'a decimal number without exponent that fits its type',
    fits: (value, { digits }) => digits !== undefined && decimalText(value, digits) !== null,
  },
  flag: { words: 'true or false', fits: (value) => typeof value === 'boolean' },
  json: { words: 'JSON', fits: () => true },
  time: { words: 'a time in whole milliseconds since 1970', fits: Number.isSafeInteger },
  blob: { words: 'bytes, which cannot be put centrally', fits: () => false },
}

function checkValue(table: CentralTable, column: CentralColumn, value: unknown): void {
  const { name, kind } = column
  const { words, fits } = FITS[kind]
  if (value !== null && !fits(value, column))
    throw new LaresError('bad_params', `${table.name}.${name} is ${words}, not ${shortly(value)}`, {
      hint: 'Mend this column and put the row again.',
    })
  if (!isStorable(value))
    throw new LaresError('bad_params', `${table.name}.${name} has a character that Postgres cannot keep`, {
      hint: 'Remove NUL characters and halves of surrogate pairs.',
    })
}

function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0')
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([name, inner]) => isStorable(name) && isStorable(inner))
}

function shortly(value: unknown): string {
  const text = JSON.stringify(value)
  return text.length > 40 ? `${cutText(text, 40)}…` : text
}
