import type { Database } from '../../../shared/sqlite/open.ts'
import { declarations } from '../../store/declarations.ts'
import { SEAL_MARK } from '../../store/seal-mark.ts'

/** A column of sealed values, and the key column of its table. */
export interface SealedColumn {
  table: string
  key: string
  column: string
}

/** Every column that is declared with `sealed()`. */
export function sealedColumns(): SealedColumn[] {
  return declarations().flatMap(({ name: table, key, columns }) =>
    [...columns].filter(([, mark]) => mark.sealed).map(([column]) => ({ table, key, column })),
  )
}

/** How many values need each key, by its id. */
export function neededKeys(db: Database, columns: readonly SealedColumn[]): Map<string, number> {
  const needed = new Map<string, number>()
  for (const { table, column } of columns) {
    const text = `substr("${column}", ${SEAL_MARK.length + 1})`
    const rows = db
      .prepare(
        `SELECT substr(${text}, 1, instr(${text}, ':') - 1) AS id, count(*) AS rows FROM "${table}" WHERE "${column}" IS NOT NULL GROUP BY 1`,
      )
      .all() as { id: string; rows: number }[]
    for (const { id, rows: more } of rows) needed.set(id, (needed.get(id) ?? 0) + more)
  }
  return needed
}
