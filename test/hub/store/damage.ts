import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { writeIndexedUpto } from '../../../hub/store/indexed-readings.ts'
import { openStore } from '../../../hub/store/open-store.ts'
import { silentLog } from '../../../shared/log.ts'
import { PAGE_SIZE } from '../../../shared/sqlite/page-size.ts'
import { HOUSE_ROWS } from './house-rows.ts'

export const PAGE = PAGE_SIZE
export const READINGS = 12_000
/** When the first of them was stored; one follows every second. */
export const SINCE = 1_700_000_000_000

/** A house that ended in order, with readings, events and two devices. Everything is in its file. */
export function houseWithReadings(folder: string): void {
  const store = openStore({ folder, now: 1_000, log: silentLog })
  store.db.exec(HOUSE_ROWS)
  store.db.exec(`
    INSERT INTO devices (id, house_id, name, device_class, integration_type, auth_token_hash, status_since, discovery_method, created_at, updated_at)
      VALUES ('e', 'h', 'Other', 'sensor', 'lares', 'hash', 1, 'manual', 1, 1);
    INSERT INTO reading_series (device_id, sensor, sensor_type, created_at) VALUES ('e', 's', 'number', 1);
    DELETE FROM readings;
    DELETE FROM sqlite_sequence WHERE name = 'readings';
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ${READINGS})
      INSERT INTO readings (series_id, reading_time, received_at, value)
      SELECT 1 + i % 2, ${SINCE} + i * 1000, ${SINCE} + i * 1000, i / 7.0 FROM n;
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 2000)
      INSERT INTO events (event_type, category, title, description, source, timestamp, created_at, updated_at)
      SELECT 'button', 'device', 'Button ' || i, hex(randomblob(60)), 'device', i, i, i FROM n;
    INSERT INTO reading_index SELECT series_id, reading_time, id FROM readings ORDER BY 1, 2, 3;
    DELETE FROM sync_changes;`)
  writeIndexedUpto(store.db, READINGS)
  store.close()
}

export interface TreePage {
  number: number
  isLeaf: boolean
}

/** The pages of a table or an index, its root first, then its leaves in the order of their keys. */
export function pagesOf(file: string, name: string): TreePage[] {
  const db = new Sqlite(file, { readonly: true })
  try {
    const rows = db
      .prepare(
        "SELECT pageno AS number, pagetype = 'leaf' AS leaf FROM dbstat WHERE name = ? AND pagetype != 'overflow' ORDER BY path",
      )
      .all(name) as { number: number; leaf: number }[]
    return rows.map(({ number, leaf }) => ({ number, isLeaf: leaf === 1 }))
  } finally {
    db.close()
  }
}

export function leavesOf(file: string, name: string): number[] {
  return pagesOf(file, name).flatMap(({ number, isLeaf }) => (isLeaf ? [number] : []))
}

/** Makes rubbish of a page, or of a part of it. */
export function spoil(file: string, page: number, { from = 0, bytes = PAGE }: { from?: number; bytes?: number } = {}) {
  write(
    file,
    (page - 1) * PAGE + from,
    Buffer.from(Array.from({ length: bytes }, (_, index) => (index * 37 + 11) % 256)),
  )
}

/** Puts the content of one page in the place of another, as a misdirected write does. */
export function misplace(file: string, from: number, to: number): void {
  const content = Buffer.alloc(PAGE)
  const fd = openSync(file, 'r')
  readSync(fd, content, 0, PAGE, (from - 1) * PAGE)
  closeSync(fd)
  write(file, (to - 1) * PAGE, content)
}

function write(file: string, offset: number, bytes: Buffer): void {
  const fd = openSync(file, 'r+')
  writeSync(fd, bytes, 0, bytes.length, offset)
  closeSync(fd)
}
