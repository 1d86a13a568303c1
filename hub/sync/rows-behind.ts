import type { Database } from '../../shared/sqlite/open.ts'
import type { StreamPosition } from '../engine/sync-step.ts'
import type { CentralTable } from '../store/central-shape.ts'
import { storedAt } from './encode.ts'
import type { SyncEvent, Waiting } from './sync-state.ts'

/** Counting exactly what waits is not worth more than this many rows. */
const COUNT_MOST = 20_001

/** What waits in a stream of an append-only table. */
export function rowsBehind(db: Database, table: CentralTable, stream: StreamPosition): Waiting {
  const time = storedAt(table)
  const key = `"${table.key}"`
  const upto = stream.upto ?? Number.MAX_SAFE_INTEGER
  const newest = Math.min(
    upto,
    Number(db.prepare(`SELECT coalesce(max(${key}), 0) FROM "${table.name}"`).pluck().get()),
  )
  const counted = Number(
    db
      .prepare(
        `SELECT count(*) FROM (SELECT 1 FROM "${table.name}" WHERE ${key} > ? AND ${key} <= ? LIMIT ${COUNT_MOST})`,
      )
      .pluck()
      .get(stream.position, upto),
  )
  const oldest =
    time === null || counted === 0
      ? null
      : db
          .prepare(`SELECT "${time}" FROM "${table.name}" WHERE ${key} > ? ORDER BY ${key} LIMIT 1`)
          .pluck()
          .get(stream.position)
  const rows = counted < COUNT_MOST ? counted : newest - stream.position
  // A part without rows is still to be closed.
  const least = stream.upto === null ? 0 : 1
  return {
    stream: stream.stream,
    epoch: stream.epoch,
    newest,
    rows: Math.max(rows, least),
    oldest: typeof oldest === 'number' ? oldest : null,
  }
}

/** What waits in the change log after this entry. */
export function changesBehind(
  db: Database,
  tables: ReadonlyMap<string, CentralTable>,
  after: number,
): Extract<SyncEvent, { kind: 'seen' }>['changes'] {
  const waiting = Number(db.prepare('SELECT count(*) FROM sync_changes WHERE seq > ?').pluck().get(after))
  return { waiting, oldest: waiting === 0 ? null : oldestChange(db, tables, after) }
}

/** When the row of the oldest entry was changed; `null` where its table does not say or the row is gone. */
function oldestChange(db: Database, tables: ReadonlyMap<string, CentralTable>, after: number): number | null {
  const entry = db
    .prepare('SELECT table_name, row_key FROM sync_changes WHERE seq > ? ORDER BY seq LIMIT 1')
    .raw()
    .get(after) as [string, string] | undefined
  const table = entry && tables.get(entry[0])
  const time = table?.columns.find(({ name }) => name === 'updated_at' || name === 'created_at')?.name
  if (!entry || !table || time === undefined) return null
  const at = db.prepare(`SELECT max("${time}") FROM "${table.name}" WHERE "${table.key}" = ?`).pluck().get(entry[1])
  return typeof at === 'number' ? at : null
}
