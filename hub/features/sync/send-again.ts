import type { Database } from '../../../shared/sqlite/open.ts'
import type { StreamPosition } from '../../engine/sync-step.ts'
import { declarations } from '../../store/declarations.ts'

/** Changes that central may have seen under the same number, from a future this hub does not know, get new numbers. */
export function numberAgain(db: Database, seen: number): void {
  const known = Number(
    db.prepare("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'sync_changes'").pluck().get(),
  )
  if (known < seen) {
    const changed = db.prepare("UPDATE sqlite_sequence SET seq = ? WHERE name = 'sync_changes'").run(seen).changes
    if (changed === 0) db.prepare("INSERT INTO sqlite_sequence (name, seq) VALUES ('sync_changes', ?)").run(seen)
  }
  const again = db.prepare('SELECT table_name, row_key FROM sync_changes WHERE seq <= ? ORDER BY seq').raw().all(seen)
  db.prepare('DELETE FROM sync_changes WHERE seq <= ?').run(seen)
  const insert = db.prepare('INSERT INTO sync_changes (table_name, row_key) VALUES (?, ?)')
  for (const [table, key] of again as [string, string][]) insert.run(table, key)
}

/** Writes every row that may change into the change log. Returns the first of their numbers. */
export function sendAgain(db: Database): number {
  const last = Number(
    db.prepare("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'sync_changes'").pluck().get(),
  )
  for (const { name, kind, key } of declarations()) {
    if (kind === 'append' || kind === 'local') continue
    const which =
      kind === 'down'
        ? "WHERE managed_by = 'site'"
        : kind === 'append_marks'
          ? `WHERE "${key}" <= ${sentUpto(db, name)}`
          : ''
    queue(db, { name, key }, which)
  }
  return last + 1
}

/** Rows that were sent before may have been marked since; the others are sent for the first time anyway. */
function sentUpto(db: Database, table: string): number {
  return Number(
    db.prepare('SELECT coalesce(max(position), 0) FROM sync_streams WHERE table_name = ?').pluck().get(table),
  )
}

/**
 * Central is ahead over the same rows, because a reply was lost or because this is a copy from just before they were sent. They
 * may have been marked otherwise there by the time: what this hub has now counts.
 */
export function sendMarksAgain(
  db: Database,
  { known, stream }: { known: readonly StreamPosition[]; stream: StreamPosition },
): void {
  const table = declarations().find(({ name, kind }) => name === stream.table && kind === 'append_marks')
  const was = known.find((other) => other.epoch === stream.epoch && other.stream === stream.stream)
  const position = was?.position ?? stream.first
  if (table && stream.position > position)
    queue(db, table, `WHERE "${table.key}" > ${position} AND "${table.key}" <= ${stream.position}`)
}

/** Puts rows at the end of the change log, once. */
function queue(db: Database, { name, key }: { name: string; key: string }, which: string): void {
  const keys = `CAST("${key}" AS TEXT) FROM "${name}" ${which}`
  db.prepare(`DELETE FROM sync_changes WHERE table_name = '${name}' AND row_key IN (SELECT ${keys})`).run()
  db.prepare(`INSERT INTO sync_changes (table_name, row_key) SELECT '${name}', ${keys} ORDER BY "${key}"`).run()
}
