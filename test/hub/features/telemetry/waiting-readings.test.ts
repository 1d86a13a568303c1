import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NewestReadings } from '../../../../hub/features/telemetry/newest-readings.ts'
import { WaitingReadings } from '../../../../hub/features/telemetry/waiting-readings.ts'
import { forgetIndexedUpto, readIndexedUpto, writeIndexedUpto } from '../../../../hub/store/indexed-readings.ts'
import type { Database } from '../../../../shared/sqlite/open.ts'
import { migratedHouse } from '../../store/migrated.ts'

const SERIES = [1, 2, 3]
/** Key and value of the last one: no key is given twice, as in a house. */
let newest = 0

function house(): Database {
  const db = migratedHouse(':memory:')
  db.exec(`
    INSERT INTO houses (id, name, created_at, updated_at) VALUES ('h', 'Home', 1, 1);
    INSERT INTO devices (id, house_id, name, device_class, integration_type, status_since, discovery_method, created_at, updated_at)
      VALUES ('d', 'h', 'D', 'sensor', 'lares', 1, 'manual', 1, 1);
  `)
  for (const id of SERIES)
    db.prepare(
      "INSERT INTO reading_series (id, device_id, sensor, sensor_type, created_at) VALUES (?, 'd', ?, 'number', 1)",
    ).run(id, `s${id}`)
  return db
}

function measure(db: Database, series: number, time: number): void {
  newest += 1
  db.prepare('INSERT INTO readings (id, series_id, reading_time, received_at, value) VALUES (?, ?, ?, 1, ?)').run(
    ...[newest, series, time, newest],
  )
}

function measureAll(db: Database, times: readonly number[]): void {
  for (const time of times) measure(db, 1, time)
}

/** Enters what waits, or the first of it. */
function index(db: Database, share: number): void {
  const upto = readIndexedUpto(db)
  const last = Number(db.prepare('SELECT coalesce(max(id), 0) FROM readings').pluck().get())
  const to = upto + Math.floor((last - upto) * share)
  db.prepare(
    'INSERT OR IGNORE INTO reading_index (series_id, reading_time, id) SELECT series_id, reading_time, id FROM readings WHERE id > ? AND id <= ?',
  ).run(upto, to)
  writeIndexedUpto(db, to)
}

/** As it has to be: looked for among all rows. */
function expected(db: Database, latest: number): (number | undefined)[] {
  const one = db
    .prepare(
      'SELECT value FROM readings WHERE series_id = ? AND reading_time <= ? ORDER BY reading_time DESC, id DESC LIMIT 1',
    )
    .pluck()
  return SERIES.map((series) => one.get(series, latest) as number | undefined)
}

function found(db: Database, latest: number, waiting: WaitingReadings): (number | undefined)[] {
  const readings = new NewestReadings(db, { latest, waiting })
  return SERIES.map((series) => readings.of(series)?.value)
}

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('measure'),
      series: fc.constantFrom(...SERIES),
      time: fc.oneof({ weight: 12, arbitrary: fc.nat(20) }, { weight: 1, arbitrary: fc.nat(40) }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('index'), share: fc.double({ min: 0, max: 1, noNaN: true }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('clock'), by: fc.integer({ min: -4, max: 10 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove'), back: fc.nat(15) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('index anew') }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('ask') }) },
)

describe('the newest readings', () => {
  it('are the same, however much of them was looked through before', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const db = house()
        const waiting = new WaitingReadings(db)
        let latest = 20
        for (const one of steps as {
          do: string
          series?: number
          time?: number
          share?: number
          by?: number
          back?: number
        }[]) {
          if (one.do === 'measure') measure(db, one.series ?? 1, one.time ?? 0)
          if (one.do === 'index') index(db, one.share ?? 1)
          if (one.do === 'clock') latest += one.by ?? 0
          if (one.do === 'remove') db.prepare('DELETE FROM readings WHERE id = ?').run(newest - (one.back ?? 0))
          if (one.do === 'index anew') {
            db.exec('DELETE FROM reading_index')
            forgetIndexedUpto(db)
          }
          if (one.do === 'ask') expect(found(db, latest, waiting)).toEqual(expected(db, latest))
        }
        expect(found(db, latest, waiting)).toEqual(expected(db, latest))
        db.close()
      }),
      { numRuns: 300 },
    )
  })

  it.each<[what: string, before: (db: Database) => void, between: (db: Database) => void, latest?: number]>([
    [
      'of which the newest has gone since',
      (db) => measureAll(db, [1, 5]),
      // Not the last of all, whose key would show it.
      (db) => db.prepare('DELETE FROM readings WHERE id = ?').run(newest - 1),
    ],
    ['of which one was of a time that had not come', (db) => measureAll(db, [5, 30]), () => {}, 40],
    ['of which one is of a time that has not come since', (db) => measureAll(db, [5, 18]), () => {}, 10],
    [
      'of which one that is indexed is later than what came since',
      (db) => {
        measure(db, 1, 18)
        index(db, 1)
        measure(db, 1, 5)
      },
      () => {},
    ],
    [
      'of which some were indexed, and are not since',
      (db) => {
        measure(db, 1, 5)
        index(db, 1)
      },
      (db) => {
        db.exec('DELETE FROM reading_index')
        forgetIndexedUpto(db)
      },
    ],
  ])('%s are found again', (_, before, between, latest = 20) => {
    const db = house()
    const waiting = new WaitingReadings(db)
    before(db)
    measure(db, 2, 1)
    expect(found(db, 20, waiting)).toEqual(expected(db, 20))
    between(db)
    expect(found(db, latest, waiting)).toEqual(expected(db, latest))
    db.close()
  })

  it('that were looked through are not looked through again', () => {
    const db = house()
    for (let time = 0; time < 500; time += 1) measure(db, 1, time)
    const looked: unknown[] = []
    const watched = new Proxy(db, {
      get(target, name) {
        if (name !== 'prepare') return Reflect.get(target, name)
        return (sql: string) => {
          const statement = target.prepare(sql)
          if (!sql.includes('GROUP BY')) return statement
          const raw = statement.raw()
          const all = (asked: { from: number }) => {
            looked.push(asked.from)
            return raw.all(asked)
          }
          return { raw: () => ({ all }) }
        }
      },
    })
    const waiting = new WaitingReadings(watched)
    expect(found(db, 1_000, waiting)[0]).toBe(newest)
    measure(db, 1, 501)
    expect(found(db, 1_000, waiting)[0]).toBe(newest)
    expect(looked).toEqual([0, newest - 1])
    db.close()
  })
})
