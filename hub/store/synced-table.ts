import type { BuildColumns } from 'drizzle-orm/column-builder'
import type {
  SQLiteColumnBuilderBase,
  SQLiteTableExtraConfigValue,
  SQLiteTableWithColumns,
} from 'drizzle-orm/sqlite-core'
import type { ColumnMark } from './columns.ts'
import { markOf } from './columns.ts'
import { decimalCheck } from './decimal-check.ts'
import { core, sql } from './drizzle.ts'
import { SEAL_MARK } from './seal-mark.ts'

/**
 * What happens to a table's rows beyond this house.
 *
 * - `append`: written once; synced by a cursor over its own key, which is never given twice
 * - `append_marks`: the same, and a few columns are marked later (captured by key)
 * - `mutable`: captured by key at every change, by triggers, so that no code path can forget it
 * - `down`: as mutable where this site manages the row; central manages the others
 * - `local`: never leaves this database
 */
export type TableKind = 'append' | 'append_marks' | 'mutable' | 'down' | 'local'

export interface TableDeclaration {
  name: string
  kind: TableKind
  /** Name of the key column. */
  key: string
  columns: ReadonlyMap<string, ColumnMark>
  /** The time column by which central partitions the table by month; it must never change. `null`: one table. */
  partition: string | null
  /** By column. */
  named: ReadonlyMap<string, NamedRow>
  /** By column. */
  owns: ReadonlyMap<string, TableDeclaration>
  unchangeable: Unchangeable | null
  /** The time column by which retention removes rows of a table that is captured by key; `null`: it removes none. */
  purgedBy: string | null
  searched: Searched | null
  /** Lists of columns by name that central finds rows by, although this database does not. */
  centralIndexes: ReadonlyMap<string, readonly string[]>
}

/** How people find rows by what stands in them: see `search-index.ts`. */
export interface Searched {
  columns: readonly string[]
  /** `words`: by the beginnings of words, whatever their English ending. `anywhere`: by any three letters in a row. */
  by: 'words' | 'anywhere'
}

/** The row whose key stands in a column, where no foreign key says so, or not all of it. */
export interface NamedRow {
  table: string
  /** Whether erasing that row, here and at central, erases this one too; otherwise only the column is cleared. */
  owned: boolean
  /**
   * Where the key is only a part of what stands in the column: a `client` is a session of the broker, which begins with whose it
   * is, a `topic` has it as one of its levels. Absent: it is the key.
   */
  as?: 'client' | 'topic'
  /**
   * The table by which rows are found that have no index over the column: it has the column and the rows' key, for all rows but
   * the newest. Absent: there is an index.
   */
  through?: 'reading_index'
}

/** Which rows stay as they were written. */
export interface Unchangeable {
  /** Which rows: a condition that begins with a column, such as `category = 'audit'`. Absent: all. */
  rows?: string
  /** Which columns of them. Absent: all. */
  columns?: string[]
  /** Which of them may be deleted as a whole: a condition, as `rows`. Absent: none. */
  mayGo?: string
  /** What whoever tries is told. */
  words: string
}

type Columns = Record<string, SQLiteColumnBuilderBase>
type BuiltTable<N extends string, C extends Columns> = SQLiteTableWithColumns<{
  name: N
  schema: undefined
  columns: BuildColumns<N, C, 'sqlite'>
  dialect: 'sqlite'
}>

/** What the names of checks begin with that central does not need, because its type says the same. */
export const DECIMAL_CHECK = 'decimal_'

const declarations = new WeakMap<object, TableDeclaration>()

export interface TableOptions<C, T> {
  /** Default `id`. */
  key?: string
  /** A time column that never changes: central keeps the table in monthly partitions by it. */
  partition?: string
  /**
   * Columns that name a row that may be gone, and have no foreign key here; and those of which central thinks otherwise than the
   * foreign key does.
   */
  named?: Partial<Record<keyof C & string, NamedRow>>
  /** Columns that refer to a row which is there only for the rows that refer to it, and the tables of those. */
  owns?: Partial<Record<keyof C & string, AnyTable>>
  unchangeable?: Unchangeable
  /** A time column that never changes: retention removes rows by it, and central keeps its copies. For mutable tables. */
  purgedBy?: string
  /** Text columns that people search. */
  searched?: { columns: readonly (keyof C & string)[]; by: Searched['by'] }
  /** By the name of the index. */
  centralIndexes?: Record<string, readonly (keyof C & string)[]>
  extras?: (columns: T) => SQLiteTableExtraConfigValue[]
}

/** Declares a table once: the SQLite table, and what capture, sync and export must know about it. */
export function syncedTable<N extends string, C extends Columns>(
  name: N,
  kind: TableKind,
  columns: C,
  options: TableOptions<C, BuildColumns<N, C, 'sqlite'>> = {},
): BuiltTable<N, C> {
  const marks = new Map(Object.entries(columns).map(([column, builder]) => [column, markOf(builder)]))
  const table = core.sqliteTable(name, columns, (built) => [
    ...(options.extras?.(built) ?? []),
    ...[...marks].flatMap(([column, { digits, sealed }]) => [
      ...(digits ? [core.check(`${DECIMAL_CHECK}${name}_${column}`, sql.raw(decimalCheck(column, digits)))] : []),
      // No code path can put a plain value where a sealed one belongs.
      ...(sealed ? [core.check(`${name}_${column}_sealed`, sql.raw(`${column} GLOB '${SEAL_MARK}*'`))] : []),
    ]),
  ])
  declarations.set(table, {
    name,
    kind,
    key: options.key ?? 'id',
    columns: marks,
    partition: options.partition ?? null,
    named: new Map(Object.entries<NamedRow | undefined>(options.named ?? {}) as [string, NamedRow][]),
    owns: new Map(
      Object.entries<AnyTable | undefined>(options.owns ?? {}).flatMap(([column, owned]) =>
        owned ? [[column, declarationOf(owned)] as const] : [],
      ),
    ),
    unchangeable: options.unchangeable ?? null,
    purgedBy: options.purgedBy ?? null,
    searched: options.searched ?? null,
    centralIndexes: new Map(Object.entries(options.centralIndexes ?? {})),
  })
  return table as BuiltTable<N, C>
}

export type AnyTable = object

export function declarationOf(table: AnyTable): TableDeclaration {
  const declaration = declarations.get(table)
  if (!declaration) throw new Error('this is no table declared with syncedTable')
  return declaration
}

/** Columns that travel: neither secret nor volatile. */
export function capturedColumns(declaration: TableDeclaration): string[] {
  return [...declaration.columns].filter(([, mark]) => !mark.secret && !mark.volatile).map(([name]) => name)
}
