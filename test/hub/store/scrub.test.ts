import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openStore } from '../../../hub/store/open-store.ts'
import { storeFile } from '../../../hub/store/places.ts'
import { Scrub } from '../../../hub/store/scrub.ts'
import type { ScrubPosition } from '../../../hub/store/scrub-state.ts'
import { silentLog } from '../../../shared/log.ts'
import { houseWithReadings, leavesOf, pagesOf, spoil } from './damage.ts'

let whole: string
let folder: string

beforeAll(() => {
  whole = mkdtempSync(join(tmpdir(), 'lares-whole-'))
  houseWithReadings(whole)
})
afterAll(() => rmSync(whole, { recursive: true, force: true }))
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lares-scrub-'))
  cpSync(whole, folder, { recursive: true })
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const file = () => storeFile(folder)

/** Everything that a scrub finds, and the parts in which it was, each step by a scrub of its own. */
function scrubbed(between: () => void = () => {}) {
  const damage: string[] = []
  const parts: string[] = []
  let at: ScrubPosition | null = null
  do {
    const scrub: Scrub = new Scrub(file())
    const step = scrub.step(at)
    scrub.close()
    if (step.damage !== null) damage.push(step.damage)
    at = step.next
    if (at !== null && at.part !== parts.at(-1)) parts.push(at.part)
    between()
  } while (at !== null)
  return { damage, parts }
}

describe('reading the whole database in steps', () => {
  it('finds nothing in a sound one, also while somebody writes to it', () => {
    const store = openStore({ folder, now: 2_000, log: silentLog })
    const write = store.db.prepare(
      'INSERT INTO readings (series_id, reading_time, received_at, value) VALUES (1, 1, 1, 1)',
    )
    const { damage, parts } = scrubbed(() => write.run())
    expect(damage).toEqual([])
    const named = (type: string) =>
      store.db
        .prepare(`SELECT '${type} ' || name FROM sqlite_schema WHERE type = ? AND name NOT GLOB 'search_*'`)
        .pluck()
        .all(type) as string[]
    // Every table, and at least every index that was made for one that grows.
    expect(parts).toEqual(expect.arrayContaining(named('table')))
    expect(parts).toContain('table events index ix_events_created_at')
    store.close()
  })

  it('holds no reader between two steps: the log can be emptied', () => {
    const store = openStore({ folder, now: 2_000, log: silentLog })
    const scrub = new Scrub(file())
    let at: ScrubPosition | null = { part: 'table readings', after: 0 }
    for (let steps = 0; steps < 3; steps += 1) {
      at = scrub.step(at).next
      store.db.exec("UPDATE houses SET name = name || 'x'")
      expect(store.db.pragma('wal_checkpoint(TRUNCATE)')).toEqual([{ busy: 0, log: 0, checkpointed: 0 }])
    }
    scrub.close()
    store.close()
  })

  it('names the rows of a leaf that is rubbish, and when they were stored', () => {
    spoil(file(), leavesOf(file(), 'readings')[4] ?? 0)
    const { damage } = scrubbed()
    expect(damage[0]).toEqual(
      expect.stringMatching(
        /^readings: rows \d{3} to \d{3} cannot be read, stored after 2023-11-14T22:\d\d:\d\d.000Z, stored before 2023-11-14T22:\d\d:\d\d.000Z$/,
      ),
    )
  })

  it('names all rows of a table whose root is rubbish', () => {
    spoil(file(), pagesOf(file(), 'readings')[0]?.number ?? 0)
    expect(scrubbed().damage).toContain('readings: rows 1 to the last cannot be read')
  })

  it.each(['idx_event_type_time', 'ix_events_created_at'])('names %s when one of its pages is rubbish', (index) => {
    spoil(file(), leavesOf(file(), index)[1] ?? 0)
    expect(scrubbed().damage).toEqual([expect.stringMatching(`index ${index}: database disk image is malformed`)])
  })

  it('finds an index that lacks an entry', () => {
    const db = new Sqlite(file())
    db.unsafeMode(true)
    db.pragma('writable_schema = ON')
    const index = "name = 'ix_events_created_at'"
    db.exec(`CREATE TABLE kept AS SELECT * FROM sqlite_schema WHERE ${index}; DELETE FROM sqlite_schema WHERE ${index}`)
    db.close()
    const without = new Sqlite(file())
    without.unsafeMode(true)
    without.pragma('writable_schema = ON')
    without.exec('DELETE FROM events WHERE id = 7; INSERT INTO sqlite_schema SELECT * FROM kept; DROP TABLE kept')
    without.close()
    expect(scrubbed().damage).toEqual(['ix_events_created_at: 2001 entries for the 2000 rows of events'])
  })

  it('names where entries of the readings by series cannot be read', () => {
    spoil(file(), leavesOf(file(), 'reading_index')[2] ?? 0)
    expect(scrubbed().damage).toEqual([
      expect.stringMatching(
        /^reading_index: entries behind 1, \d+, \d+ \(series_id, reading_time, id\) cannot be read$/,
      ),
    ])
  })

  it('names a small table that is damaged', () => {
    spoil(file(), pagesOf(file(), 'retention_settings')[0]?.number ?? 0)
    const { damage } = scrubbed()
    expect(damage).toHaveLength(1)
    expect(damage[0]).toContain('retention_settings')
  })

  it('goes on behind a part that is gone meanwhile', () => {
    const scrub = new Scrub(file())
    const step = scrub.step({ part: 'table readings_of_yesterday', after: 7 })
    expect(step.next?.part).toMatch(/^table re/)
    scrub.close()
  })
})
