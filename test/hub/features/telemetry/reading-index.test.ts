import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readIndexedUpto, writeIndexedUpto } from '../../../../hub/store/indexed-readings.ts'
import { commandInput, query } from '../../engine/ask.ts'
import { openTestHouse, type TestHouse } from '../../engine/engine-in-memory.ts'

/** With so few sensors. */
const DUE = 2_000
const STEP = 12_000

function houseWithDevice(): TestHouse {
  const house = openTestHouse()
  house.device('garden-esp', 'mqtt')
  return house
}

/** `count` readings of so many sensors, one after the other, 400 in a message. */
function measure(house: TestHouse, count: number, { sensors = 4 } = {}): void {
  for (let from = 0; from < count; from += 400) {
    const items = Array.from({ length: Math.min(400, count - from) }, (_, index) => ({
      sensor: `s${index % sensors}`,
      kind: 'temperature',
      value: from + index,
    }))
    house.now += 1_000
    house.send(['lares/garden-esp/readings', { items }])
  }
}

const count = (house: TestHouse, from: string) => Number(house.db.prepare(`SELECT count(*) FROM ${from}`).pluck().get())

/** Entries that say another thing than their row, and rows up to the position that have none. */
function faults(house: TestHouse): unknown[] {
  const upto = readIndexedUpto(house.db)
  return house.all(
    'SELECT r.id FROM readings r WHERE r.id <= ? AND NOT EXISTS (SELECT 1 FROM reading_index i ' +
      'WHERE i.series_id = r.series_id AND i.reading_time = r.reading_time AND i.id = r.id) ' +
      'UNION ALL SELECT i.id FROM reading_index i WHERE i.id > ? OR EXISTS (SELECT 1 FROM readings r WHERE r.id = i.id ' +
      'AND (r.series_id <> i.series_id OR r.reading_time <> i.reading_time))',
    upto,
    upto,
  )
}

describe('the index of readings', () => {
  it('is not written with the readings, but many at a time', () => {
    const house = houseWithDevice()
    // With each look for old readings the index catches up.
    house.tick(1_000)
    measure(house, DUE - 400)
    house.tick(1_000)
    expect(count(house, 'reading_index')).toBe(0)
    measure(house, 400)
    expect(count(house, 'reading_index')).toBe(DUE)
    expect(readIndexedUpto(house.db)).toBe(DUE)
    expect(faults(house)).toEqual([])
  })

  it('waits for more readings where there are more sensors, which end in a page each', () => {
    const house = houseWithDevice()
    house.tick(1_000)
    // The first step finds that there are so many.
    measure(house, DUE, { sensors: 100 })
    expect(count(house, 'reading_index')).toBe(DUE)
    measure(house, 9_500, { sensors: 100 })
    expect(count(house, 'reading_index')).toBe(DUE)
    measure(house, 100, { sensors: 100 })
    expect(count(house, 'reading_index')).toBe(DUE + 9_600)
  })

  it('keeps up with whatever comes between two ticks', () => {
    const house = houseWithDevice()
    measure(house, 2 * STEP)
    expect(count(house, 'readings') - count(house, 'reading_index')).toBeLessThan(DUE)
    expect(faults(house)).toEqual([])
  })

  it('is filled in steps where it was made anew, and goes on after a restart', () => {
    const house = houseWithDevice()
    measure(house, 5 * STEP)
    house.db.exec('DELETE FROM reading_index')
    writeIndexedUpto(house.db, 0)
    house.restart()
    house.tick(1_000)
    const first = count(house, 'reading_index')
    expect(first).toBeGreaterThan(0)
    expect(first).toBeLessThanOrEqual(3 * STEP)
    house.restart()
    for (let ticks = 0; ticks < 3; ticks++) house.tick(1_000)
    expect(count(house, 'readings') - count(house, 'reading_index')).toBeLessThan(DUE)
    expect(faults(house)).toEqual([])
  })

  it('and its position go back together when their batch does', () => {
    const house = houseWithDevice()
    house.db.exec(
      "CREATE TRIGGER broken BEFORE INSERT ON events WHEN NEW.event_type = 'poison' BEGIN SELECT RAISE(ABORT, 'poisoned'); END",
    )
    measure(house, DUE - 400)
    const items = Array.from({ length: 400 }, (_, index) => ({ sensor: 's1', kind: 'temperature', value: index }))
    const verdicts = house.send(
      ['lares/garden-esp/readings', { items }],
      // Has everything written that waits for the end of the batch, and with it the step.
      commandInput('devices/rename', { device: 'garden-esp', name: 'Garden' }),
      ['lares/garden-esp/event', { type: 'poison' }],
      ['lares/garden-esp/readings', { items }],
    )
    expect(verdicts).toEqual(['stored', 'stored', 'rejected', 'stored'])
    measure(house, STEP)
    expect(count(house, 'readings')).toBe(DUE + 400 + STEP)
    expect(faults(house)).toEqual([])
  })

  it('has what belongs to a device go with it, wherever it is found', () => {
    const house = houseWithDevice()
    house.device('hall-pi', 'mqtt')
    measure(house, STEP)
    house.send(['lares/hall-pi/readings', { items: [{ sensor: 's0', kind: 'temperature', value: 1 }] }])
    measure(house, 800)
    house.db.exec("DELETE FROM devices WHERE id = 'garden-esp'")
    expect([count(house, 'readings'), count(house, 'reading_index')]).toEqual([1, 0])
  })
})

describe('readings are the same whether they are indexed or not', () => {
  /** A reading as it came: of which sensor, how many minutes ago it was measured. */
  const row = fc.record({ sensor: fc.nat(2), ago: fc.integer({ min: 0, max: 300 }), value: fc.nat(3) })

  it.each([
    [
      'in a span of time',
      'readings/query' as const,
      (from: number, to: number) => ({ sensor: 's0', from, to, limit: 7 }),
    ],
    ['the newest of each', 'readings/latest' as const, () => ({})],
  ])('%s', (_what, verb, params) => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 60 }), fc.nat(60), fc.nat(60), (rows, indexed, gone) => {
        const house = houseWithDevice()
        house.now += 300 * 60_000
        house.send(['lares/garden-esp/readings', { items: [{ sensor: 's0', kind: 'temperature', value: 9 }] }])
        for (const { sensor, ago, value } of rows) {
          const at = house.now - ago * 60_000
          house.send([
            'lares/garden-esp/readings',
            { items: [{ sensor: `s${sensor}`, kind: 'temperature', value, at }] },
          ])
        }
        // An entry may outlive its reading.
        const answers = () => {
          const now = house.now
          const asked = { device: 'garden-esp', ...params(now - 200 * 60_000, now - 50 * 60_000) }
          return query(house, verb, asked)
        }
        house.db.prepare('DELETE FROM readings WHERE id = ?').run(gone)
        const before = answers()
        const fill = house.db.prepare(
          'INSERT INTO reading_index SELECT series_id, reading_time, id FROM readings WHERE id <= ?',
        )
        fill.run(indexed)
        house.db.prepare('INSERT OR IGNORE INTO reading_index VALUES (1, 1, 0)').run()
        writeIndexedUpto(house.db, indexed)
        expect(answers()).toEqual(before)
        house.db.close()
      }),
      { numRuns: 60 },
    )
  })
})
