import type { Database } from '../../../shared/sqlite/open.ts'
import type { CentralTable } from '../../store/central-shape.ts'
import { holdersOf, stepAside } from './unique-keys.ts'

type Values = ReadonlyMap<string, unknown>

/** A place that this house's own rows left. */
export interface YieldedPlace {
  /** Keys of those rows. */
  keys: string[]
  /** Gives the new row what referred to the former ones, and what of them never leaves this house. Call once it is there. */
  handOver(): void
}

/** Keys of this house's own rows that have the key of a row of central's, or one of its unique keys. */
export function ownRowsInTheWay(db: Database, table: CentralTable, values: Values): string[] {
  const same = db
    .prepare(`SELECT "${table.key}" FROM "${table.name}" WHERE "${table.key}" = ? AND managed_by = 'site'`)
    .pluck()
    .all(values.get(table.key)) as string[]
  const others = holdersOf(db, table, values).filter(({ managedBy }) => managedBy === 'site')
  return [...new Set([...same, ...others.map(({ key }) => key)])]
}

/**
 * Has this house's own rows leave the place of a row of central's. Central keeps each as it was last, marked as deleted. Call
 * where rows of central's may be changed.
 */
export function yieldPlace(db: Database, table: CentralTable, values: Values): YieldedPlace {
  const keys = ownRowsInTheWay(db, table, values)
  const to = String(values.get(table.key))
  const references = referencesTo(db, table.name)
  if (references.length === 0) {
    for (const key of keys) {
      giveToCentral(db, table, key)
      db.prepare(`DELETE FROM "${table.name}" WHERE "${table.key}" = ?`).run(key)
    }
    return { keys, handOver() {} }
  }
  giveToCentral(db, table, to)
  for (const holder of holdersOf(db, table, values)) if (holder.managedBy === 'site') stepAside(db, table, holder)
  return {
    keys,
    handOver() {
      for (const from of keys.filter((key) => key !== to)) {
        for (const secret of secretsOf(db, table))
          db.prepare(
            `UPDATE "${table.name}" SET "${secret}" = (SELECT "${secret}" FROM "${table.name}" WHERE "${table.key}" = ?) WHERE "${table.key}" = ?`,
          ).run(from, to)
        for (const { table: other, column } of references)
          db.prepare(`UPDATE "${other}" SET "${column}" = ? WHERE "${column}" = ?`).run(to, from)
        db.prepare(`DELETE FROM "${table.name}" WHERE "${table.key}" = ?`).run(from)
      }
    },
  }
}

/** Puts a row of this house's own into central's care: there it may be removed, also where a house removes none of its own. */
function giveToCentral(db: Database, table: CentralTable, key: string): void {
  db.prepare(
    `UPDATE "${table.name}" SET managed_by = 'central', scope = NULL WHERE "${table.key}" = ? AND managed_by = 'site'`,
  ).run(key)
}

/** Columns that refer to rows of a table, but those that a trigger keeps as they were written: these forget whom they named. */
function referencesTo(db: Database, target: string): { table: string; column: string }[] {
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all() as string[]
  const kept = db.prepare(
    "SELECT 1 FROM sqlite_schema WHERE type = 'trigger' AND name = 'keep_' || ? || '_update' AND instr(sql, 'OLD.\"' || ? || '\"') > 0",
  )
  return tables.flatMap((table) =>
    (db.pragma(`foreign_key_list("${table}")`) as { table: string; from: string }[])
      .filter((key) => key.table === target && kept.get(table, key.from) === undefined)
      .map(({ from: column }) => ({ table, column })),
  )
}

/** What of a row never leaves this house. */
function secretsOf(db: Database, { name, columns }: CentralTable): string[] {
  const travels = new Set(columns.map((column) => column.name))
  const all = db.pragma(`table_info("${name}")`) as { name: string }[]
  return all.map((column) => column.name).filter((column) => !travels.has(column))
}
