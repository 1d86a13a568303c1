import type { Digits } from '../../shared/decimal.ts'
import type { ColumnKind } from './columns.ts'
import type { TableKind } from './synced-table.ts'

/** A column that travels, and what it becomes in Postgres. */
export interface CentralColumn {
  name: string
  kind: ColumnKind
  type: string
  /** SQL of the value that a row of an older hub gets; `null` means none. */
  default: string | null
  /** Text without capitals: what comes from elsewhere loses them at the house. */
  caseless: boolean
  /** Of a decimal. */
  digits?: Digits
}

/** A column whose value is the key of a row of another table. */
export interface CentralReference {
  column: string
  table: string
  /** Where the other table is append-only its key means nothing without its epoch, which stands in this column. */
  epochColumn: string | null
  /** Whether the row cannot be without the other one, and goes with it. */
  owned: boolean
}

/**
 * What central keeps of one table of a hub: plain data, so that it can be handed to a thread that never loads drizzle.
 *
 * Every central table has, besides its columns: `site_id uuid`; `extra jsonb`, columns that a newer hub sent;
 * `synced_at timestamptz`, when it came. Append-only tables have `epoch integer` in their key. Tables whose rows may
 * change have `sync_epoch integer, sync_seq bigint`, the version of the row, of which the higher one wins, and the
 * mutable ones `deleted_at timestamptz` and `content_epoch integer, content_seq bigint`: of a deleted row, the version whose
 * columns it still shows.
 */
export interface CentralTable {
  name: string
  kind: Exclude<TableKind, 'local'>
  /** The hub's key column. Central's key: site_id, epoch (append-only tables), this column, and the partition column. */
  key: string
  columns: CentralColumn[]
  partition: string | null
  /** The time column by which houses remove rows that central keeps; `null`: a row that the house lacks was deleted there. */
  purgedBy: string | null
  references: CentralReference[]
  /** Rules over ranges of numbers, in SQL that both databases understand. */
  checks: { name: string; sql: string }[]
  /** Lists of columns by which people search; central's indexes put site_id in front. */
  indexes: { name: string; columns: string[] }[]
  /**
   * Lists of columns that a house has once, beside its key. Central has no such index: which of two rows has it the house
   * decides, and an upload must not fail because a change that frees it comes one batch later.
   */
  uniques: { name: string; columns: string[] }[]
}

/** Whether rows of the table are written once under a key of their epoch. */
export function isAppend(table: Pick<CentralTable, 'kind'>): boolean {
  return table.kind === 'append' || table.kind === 'append_marks'
}

/** Whether rows carry a version, of which the higher wins. */
export function isVersioned(table: Pick<CentralTable, 'kind'>): boolean {
  return table.kind !== 'append'
}

/** Whether rows that are gone stay at central, marked. */
export function hasTombstones(table: Pick<CentralTable, 'kind'>): boolean {
  return table.kind === 'mutable' || table.kind === 'down'
}

/** Names of the tables of which central may manage rows. */
export function managedNames(tables: readonly Pick<CentralTable, 'kind' | 'name'>[]): Set<string> {
  return new Set(tables.filter(({ kind }) => kind === 'down').map(({ name }) => name))
}

/** Central's key of a table, in order. */
export function centralKey(table: CentralTable): string[] {
  return [
    'site_id',
    ...(isAppend(table) ? ['epoch'] : []),
    table.key,
    ...(table.partition === null ? [] : [table.partition]),
  ]
}
