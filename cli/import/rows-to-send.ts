import { createHash } from 'node:crypto'
import { knownColumns } from './list-columns.ts'
import type { ListRow } from './list-row.ts'

/** A row as it goes to the hub. */
export type RowToSend = Record<string, unknown> & { line: number }

/** A row that does not go there: it cannot be read, or is one that went. */
export interface RowLeftOut {
  outcome: 'broken' | 'repeated'
  line: number
  name: string | null
  fault: string
  hint: string
}

const TOO_DEEP = { fault: 'is nested too deep', hint: 'Leave out what no device needs of its configuration.' }
const ONE_DEVICE = 'They are one device. Where they are two, write more of them.'
const OWN_IDS = 'Give each row an id of its own, or none an id.'

/** Levels of one row: a whole request may have 32. */
const LEVELS = 20

/**
 * Makes rows of a file ready for the hub. Rows of one name are numbered, because their names alone do not tell them apart; a row that
 * stands there twice is one device.
 */
export class RowsToSend {
  /** By what a row is known by: the lines of its rows, by a hash of what each says. */
  #seen = new Map<string, Map<string, number>>()

  next(row: ListRow): RowToSend | RowLeftOut {
    if ('fault' in row) return { outcome: 'broken', name: null, ...row }
    const { line } = row
    const said = knownColumns(row.record)
    const name = typeof said.name === 'string' || typeof said.name === 'number' ? String(said.name) : null
    if (isDeep(said, LEVELS)) return leftOut(line, name, TOO_DEEP)
    const hash = createHash('sha256').update(JSON.stringify(said)).digest('base64url')
    const rows = this.#rowsOf(said, name)
    const first = rows.get(hash)
    if (first !== undefined)
      return { outcome: 'repeated', line, name, fault: `says the same as line ${first}`, hint: ONE_DEVICE }
    rows.set(hash, line)
    if (said.id !== undefined && rows.size > 1) {
      const [other] = rows.values()
      return leftOut(line, name, { fault: `has the id of line ${other}`, hint: OWN_IDS })
    }
    return { ...said, line, ...(said.id === undefined && rows.size > 1 ? { number: rows.size } : {}) }
  }

  #rowsOf(said: Record<string, unknown>, name: string | null): Map<string, number> {
    const by = said.id === undefined ? ['name', fold(name)] : ['id', String(said.id)]
    const key = JSON.stringify([fold(said.house), ...by])
    const rows = this.#seen.get(key) ?? new Map<string, number>()
    this.#seen.set(key, rows)
    return rows
  }
}

function leftOut(line: number, name: string | null, why: { fault: string; hint: string }): RowLeftOut {
  return { outcome: 'broken', line, name, ...why }
}

function fold(text: unknown): string {
  return String(text ?? '')
    .normalize('NFC')
    .trim()
    .toLocaleLowerCase('en')
}

function isDeep(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((inner) => isDeep(inner, levels - 1))
}
