import type { Digits } from '../../shared/decimal.ts'
import { core, sql } from './drizzle.ts'

/**
 * The words in which every table is declared. Each is a SQLite column and carries its kind, from which the
 * Postgres column, the change capture and the list of secrets are derived.
 *
 * `secret` exists only in SQLite: in no Postgres table, capture, response, log or plain export. What is only ever compared is
 * kept as a hash in such a column; what must be read again is `sealed`, which is a secret too.
 * `volatile` is kept in memory, written every two minutes and at stop, and not captured.
 * `caseless` is text without capitals: what comes from elsewhere loses them where it enters.
 */
export type ColumnKind = 'text' | 'integer' | 'real' | 'decimal' | 'flag' | 'json' | 'time' | 'blob'

export interface ColumnMark {
  kind: ColumnKind
  secret: boolean
  sealed: boolean
  volatile: boolean
  caseless: boolean
  /** Of a decimal. */
  digits?: Digits
}

const PLAIN = { secret: false, sealed: false, volatile: false, caseless: false }

const marks = new WeakMap<object, ColumnMark>()

function marked<B extends object>(kind: ColumnKind, builder: B): B {
  marks.set(builder, { kind, ...PLAIN })
  return builder
}

/** What a column builder was declared as. Builders of drizzle return themselves, so the mark survives `.notNull()`. */
export function markOf(builder: object): ColumnMark {
  const mark = marks.get(builder)
  if (!mark) throw new Error('a column of a table was not declared with the words of columns.ts')
  return mark
}

export const text = () => marked('text', core.text())
export const integer = () => marked('integer', core.integer())
export const real = () => marked('real', core.real())
/**
 * An exact decimal number of at most `precision` digits, `scale` of them behind the point: a price, a score. Kept as the text
 * that `decimalText` makes, because SQLite has no such type; anything else is refused by a check.
 */
export const decimal = (precision: number, scale: number) => {
  const builder = core.text()
  marks.set(builder, { kind: 'decimal', ...PLAIN, digits: { precision, scale } })
  return builder
}

export const blob = () => marked('blob', core.blob({ mode: 'buffer' }))
/** true and false, stored as 1 and 0. */
export const flag = () => marked('flag', core.integer({ mode: 'boolean' }))
/** Integer milliseconds since 1970 UTC. */
export const time = () => marked('time', core.integer())
/** Any JSON value, stored as text. */
export const json = <T>() => marked('json', core.text({ mode: 'json' }).$type<T>())

export const emptyObject = sql`'{}'`
export const emptyList = sql`'[]'`

/** Text that never leaves this database. */
export const secret = () => {
  const builder = core.text()
  marks.set(builder, { kind: 'text', ...PLAIN, secret: true })
  return builder
}

/** A secret that the hub must read again, sealed with a key that lies outside of this database: see `hub/secrets/seal.ts`. */
export const sealed = () => {
  const builder = core.text()
  marks.set(builder, { kind: 'text', ...PLAIN, secret: true, sealed: true })
  return builder
}

/** Text that has no capitals, so that two spellings of one address are one. */
export const caseless = () => {
  const builder = core.text()
  marks.set(builder, { kind: 'text', ...PLAIN, caseless: true })
  return builder
}

/** Marks a column as volatile. */
export function volatile<B extends object>(builder: B): B {
  marks.set(builder, { ...markOf(builder), volatile: true })
  return builder
}

/** A text key: UUIDv7, a device id or a slug. */
export const textId = () => text().primaryKey().notNull()

/** The key of an append-only table. AUTOINCREMENT, because a plain rowid is handed out again after a purge. */
export const appendId = () => integer().primaryKey({ autoIncrement: true })

/** The key of an append-only table whose keys the engine gives: it writes no page for that. See `given_keys`. */
export const givenId = () => integer().primaryKey()

/** Columns every mutable table has. */
export const stamps = () => ({ created_at: time().notNull(), updated_at: time().notNull() })

/** Columns of a table whose rows central may manage. */
export const management = () => ({ managed_by: text().notNull().default('site'), scope: text() })
