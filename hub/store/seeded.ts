import type { Database } from '../../shared/sqlite/open.ts'

/** Call after a row was seeded. */
export function markSeeded(db: Database, table: string, key: string): void {
  db.prepare('INSERT INTO seeded_rows (table_name, row_key) VALUES (?, ?) ON CONFLICT DO NOTHING').run(table, key)
}

export function isSeeded(db: Database, table: string, key: string): boolean {
  return db.prepare('SELECT 1 FROM seeded_rows WHERE table_name = ? AND row_key = ?').get(table, key) !== undefined
}
