import { beforeEach, describe, expect, it } from 'vitest'
import { type FetchedPage, type FetchedValue, nextToFetch, readLostTally } from '../../../../hub/engine/lost-rows.ts'
import { noteLostRows } from '../../../../hub/features/sync/note-lost-rows.ts'
import { openTestHouse, START, type TestHouse } from '../../engine/engine-in-memory.ts'

const DAY = 86_400_000
const MINUTE = 60_000
const READING = ['id', 'series_id', 'reading_time', 'received_at', 'value', 'quality', 'metadata']

let house: TestHouse
beforeEach(() => {
  house = openTestHouse()
  house.device('pi-a1b2c3')
  house.db
    .prepare(
      "INSERT INTO reading_series (device_id, sensor, sensor_type, created_at) VALUES ('pi-a1b2c3', 's', 'number', 1)",
    )
    .run()
  // Central has all of it.
  for (const table of ['readings', 'reading_rollups', 'events'])
    house.db
      .prepare(
        "INSERT INTO sync_streams (stream, table_name, epoch, first, position, chain, updated_at) VALUES (?, ?, 1, 0, 1000, 'x', 1)",
      )
      .run(table, table)
})

const count = (table: string, where = 'true') =>
  Number(house.db.prepare(`SELECT count(*) FROM ${table} WHERE ${where}`).pluck().get())

/** Readings with these keys, a minute apart. */
const measured = (...keys: number[]): FetchedValue[][] =>
  keys.map((id) => [id, 1, START + id * MINUTE, START + id * MINUTE, id / 7, null, null])

function store(...keys: number[]): void {
  for (const row of measured(...keys))
    house.db
      .prepare(`INSERT INTO readings (${READING.join(', ')}) VALUES (${READING.map(() => '?').join(', ')})`)
      .run(row)
}

function lose(table: string, after: number, before: number | null): void {
  noteLostRows(house.db, [{ table, after, before }])
}

/** What central says to what it is asked for next. */
function fetched(rows: FetchedValue[][], { columns = READING, ...more }: Partial<FetchedPage> = {}): FetchedPage {
  const next = nextToFetch(house.db)
  if (next === null) throw new Error('nothing is to be asked for')
  const { id, position, upto } = next
  return { id, from: position, upto, columns, rows, found: rows.length, ...more }
}

const take = (page: FetchedPage) => house.input({ kind: 'sync', change: { step: 'fetched', ...page } })
const told = () =>
  house
    .all<{ data: string }>("SELECT event_data AS data FROM events WHERE event_type = 'lost_rows_back' ORDER BY id")
    .map(({ data }) => JSON.parse(data) as Record<string, unknown>)

describe('readings that come back', () => {
  it('are there under their keys, in the index as far as it goes, and no key is given twice', () => {
    store(1, 2, 9, 10)
    house.db.exec("INSERT INTO hub_settings (key, value) VALUES ('readings_indexed', '5')")
    house.db.exec("INSERT INTO given_keys VALUES ('readings', 900)")
    lose('readings', 2, 9)
    take(fetched(measured(3, 4, 5, 6, 7, 8)))
    expect(house.all(`SELECT ${READING.join(', ')} FROM readings WHERE id BETWEEN 3 AND 8`).map(Object.values)).toEqual(
      measured(3, 4, 5, 6, 7, 8),
    )
    expect(house.all('SELECT id FROM reading_index ORDER BY id')).toEqual([{ id: 3 }, { id: 4 }, { id: 5 }])
    expect(count('series_readings')).toBe(8)
    expect(house.all('SELECT newest FROM given_keys')).toEqual([{ newest: 900 }])
    expect(count('sync_changes', "table_name = 'readings'")).toBe(0)
    expect(told()).toEqual([
      {
        came_back: 6,
        not_at_central: 0,
        left_out: 0,
        tables: [{ table: 'readings', came_back: 6, not_at_central: 0, left_out: 0 }],
      },
    ])
    expect(count('lost_rows')).toBe(0)
  })

  it('come page by page, each once, and what central does not have is counted', () => {
    lose('readings', 0, 11)
    const first = fetched(measured(1, 2), { upto: 5 })
    expect(readLostTally(house.db)).toEqual({ waiting: 10, cameBack: 0, absent: 0, leftOut: 0 })
    take(first)
    take(first)
    expect(readLostTally(house.db)).toEqual({ waiting: 5, cameBack: 2, absent: 3, leftOut: 0 })
    take(fetched(measured(6, 10)))
    take(first)
    expect(count('readings')).toBe(4)
    expect(told()).toMatchObject([{ came_back: 4, not_at_central: 6, left_out: 0 }])
  })

  it('leave what is there as it is', () => {
    store(1, 3)
    lose('readings', 0, 4)
    take(fetched(measured(1, 2, 3).map(([id, series, time, at]) => [id, series, time, at, -1, null, null])))
    expect(house.all('SELECT id, value FROM readings')).toEqual([
      { id: 1, value: 1 / 7 },
      { id: 2, value: -1 },
      { id: 3, value: 3 / 7 },
    ])
    expect(told()).toMatchObject([{ came_back: 1, left_out: 2 }])
  })

  it('are none of a series that is gone, none that would be purged, and none that breaks a rule', () => {
    lose('readings', 0, 5)
    const rows = measured(1, 2, 3, 4)
    const change = (index: number, column: string, value: FetchedValue) => {
      const row = rows[index]
      if (row) row[READING.indexOf(column)] = value
    }
    change(0, 'series_id', 7)
    change(1, 'reading_time', START - 31 * DAY)
    change(2, 'quality', 2)
    take(fetched(rows))
    expect(house.all('SELECT id FROM readings')).toEqual([{ id: 4 }])
    expect(told()).toMatchObject([{ came_back: 1, not_at_central: 0, left_out: 3 }])
  })

  it('follow the setting of their kind', () => {
    house.db.exec("INSERT INTO retention_settings (class, days, updated_at) VALUES ('readings:number', 5, 1)")
    lose('readings', 0, 2)
    take(fetched([[1, 1, START - 6 * DAY, START, 1, null, null]]))
    expect(count('readings')).toBe(0)
  })

  it('are in the rollups once, whether those were past them when they were lost, came by since, or come later', () => {
    const all = Array.from({ length: 40 }, (_, index) => index + 1)
    const whole = openTestHouse()
    const lossy = house
    // The same readings and ticks in both: one of them never loses any.
    whole.device('pi-a1b2c3')
    whole.db
      .prepare(
        "INSERT INTO reading_series (device_id, sensor, sensor_type, created_at) VALUES ('pi-a1b2c3', 's', 'number', 1)",
      )
      .run()
    const buckets = () =>
      house.all('SELECT step, bucket, min, max, round(avg, 9) AS avg, count FROM reading_rollup_buckets ORDER BY 1, 2')
    const both = (run: () => void) => {
      for (const one of [whole, lossy]) {
        house = one
        run()
      }
    }
    both(() => {
      store(...all.slice(0, 20))
      house.now = START + 61 * MINUTE
      house.tick(1)
      store(...all.slice(20, 24))
    })
    // Keys 11 to 20 are rolled up, 21 to 24 are not.
    house.db.exec('DELETE FROM readings WHERE id > 10')
    lose('readings', 10, 25)
    both(() => {
      store(...all.slice(24, 34))
      house.now = START + 121 * MINUTE
      house.tick(1)
      store(...all.slice(34))
    })
    take(fetched(measured(...all.slice(10, 18)), { upto: 18 }))
    take(fetched(measured(...all.slice(18, 24))))
    lose('readings', 34, 41)
    house.db.exec('DELETE FROM readings WHERE id > 34')
    take(fetched(measured(...all.slice(34))))
    both(() => {
      house.now = START + 181 * MINUTE
      house.tick(1)
      house.tick(60 * MINUTE)
    })
    const got = buckets()
    house = whole
    expect(got).toEqual(buckets())
    expect(got.length).toBeGreaterThan(8)
  })
})

describe('events that come back', () => {
  const EVENT = ['id', 'event_type', 'category', 'severity', 'title', 'description', 'source', 'device_id', 'user_id']
  const STAMPS = ['timestamp', 'created_at', 'updated_at']
  const columns = [...EVENT, ...STAMPS]
  const event = (id: number, of: { device?: string; user?: string; category?: string; at?: number } = {}) => {
    const { device = null, user = null, category = 'device', at = START } = of
    return [id, 'button', category, 'info', 't', 'd', 'device', device, user, at, at, at]
  }
  const erasing = (state: string, more = '') =>
    house.db.exec(
      `INSERT INTO erasures (id, what, key, reason, state, requested_at) VALUES ('e', 'user', 'u', 'r', '${state}', 1); ${more}`,
    )

  it('are found by their words, and go to central no second time', () => {
    lose('events', 10, 13)
    take(fetched([event(11, { device: 'pi-a1b2c3' }), event(12)], { columns }))
    expect(count('events', "event_type = 'button'")).toBe(2)
    expect(count('search_events_docsize', 'id IN (11, 12)')).toBe(2)
    expect(count('sync_changes', "table_name = 'events'")).toBe(0)
  })

  it('are none of a device that is gone or of somebody who was erased; but the audit', () => {
    erasing('done')
    lose('events', 0, 6)
    const rows = [
      event(1, { device: 'gone' }),
      event(2, { user: 'u' }),
      event(3, { user: 'somebody else' }),
      event(4, { device: 'erased-1', category: 'audit', at: START - 4_000 * DAY }),
      event(5, { at: START - 31 * DAY }),
    ]
    take(fetched(rows, { columns }))
    expect(house.all("SELECT id FROM events WHERE event_type = 'button' ORDER BY id")).toEqual([{ id: 3 }, { id: 4 }])
    expect(told()).toMatchObject([{ came_back: 2, left_out: 3 }])
  })

  it('wait until central has erased whoever is erased here', () => {
    lose('events', 0, 3)
    lose('readings', 0, 3)
    const page = fetched([event(1)], { columns })
    erasing('rows')
    // It was on its way when the erasure began.
    take(page)
    expect([count('events', "event_type = 'button'"), readLostTally(house.db)?.waiting]).toEqual([0, 4])
    expect(nextToFetch(house.db)?.table).toBe('readings')
    house.db.exec("UPDATE erasures SET state = 'elsewhere'")
    expect(nextToFetch(house.db)?.table).toBe('readings')
    house.db.exec('UPDATE erasures SET erased_at_central = 1')
    expect(nextToFetch(house.db)?.table).toBe('events')
  })
})

describe('what is asked for', () => {
  it('is what central may have: up to the last key that was sent', () => {
    expect(noteLostRows(house.db, [{ table: 'readings', after: 990, before: null }])).toBe(10)
    expect(noteLostRows(house.db, [{ table: 'readings', after: 1_000, before: 1_200 }])).toBe(0)
    expect(noteLostRows(house.db, [{ table: 'rejected_messages', after: 1, before: 9 }])).toBe(0)
    expect(house.all('SELECT table_name, first, upto, position FROM lost_rows')).toEqual([
      { table_name: 'readings', first: 990, upto: 1_000, position: 990 },
    ])
  })

  it('is nothing in a house that has no central', () => {
    house.db.exec('DELETE FROM sync_streams')
    expect(noteLostRows(house.db, [{ table: 'readings', after: 1, before: 9 }])).toBe(0)
    expect(count('lost_rows')).toBe(0)
  })
})
