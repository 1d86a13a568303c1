import type { Context } from '../engine/context.ts'

/** Columns that a person sets, as SQLite keeps their values. */
export type RowChanges = Record<string, string | number | null>

/**
 * What params say of these columns. One that they do not say is left out; an empty text stands for nothing, and so does the
 * column that is to be cleared.
 */
export function columnsSaid(
  params: Readonly<Record<string, unknown>>,
  columns: readonly string[],
  clear?: string,
): RowChanges {
  const said = columns.filter((column) => params[column] !== undefined)
  return {
    ...Object.fromEntries(said.map((column) => [column, kept(params[column])])),
    ...(clear === undefined ? {} : { [clear]: null }),
  }
}

/** Makes a row with a new id and returns that. `table` and the columns are names of the source, never what somebody typed. */
export function insertRow(context: Context, table: string, row: RowChanges): string {
  const whole = { id: context.id(), ...row, created_at: context.now, updated_at: context.now }
  const columns = Object.keys(whole)
  context.db
    .prepare(
      `INSERT INTO "${table}" (${columns.map((column) => `"${column}"`).join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
    )
    .run(...Object.values(whole))
  return whole.id
}

/** Changes a row by its id. Nothing is written where nothing is to change. */
export function updateRow(
  { db, now }: Pick<Context, 'db' | 'now'>,
  at: { table: string; id: string },
  changes: RowChanges,
): void {
  const columns = Object.keys(changes)
  if (columns.length === 0) return
  db.prepare(
    `UPDATE "${at.table}" SET ${columns.map((column) => `"${column}" = ?`).join(', ')}, updated_at = ? WHERE id = ?`,
  ).run(...Object.values(changes), now, at.id)
}

function kept(value: unknown): string | number | null {
  if (value === '') return null
  if (typeof value === 'boolean') return Number(value)
  return typeof value === 'object' ? JSON.stringify(value) : (value as string | number)
}
