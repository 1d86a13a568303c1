import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { memberOf } from '../../callers.ts'
import { query } from '../../engine/ask.ts'
import { openTestHouse, START, type TestHouse } from '../../engine/engine-in-memory.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const STEPS = [300_000, 3_600_000]

interface Bucket {
  sensor: string
  step: number
  bucket: number
  min: number
  max: number
  count: number
  avg: number
}

/** A plain device may say any time of the past. */
function withDevice(): TestHouse {
  const house = openTestHouse()
  house.device('garden-esp', 'mqtt')
  return house
}

function measure(house: TestHouse, ...items: Record<string, unknown>[]): void {
  house.send(['lares/garden-esp/readings', { items: items.map((item) => ({ sensor: 's', ...item })) }])
}

const buckets = (house: TestHouse) =>
  house.all<Bucket>(
    'SELECT sensor, step, bucket, min, max, count, avg FROM reading_rollup_buckets ORDER BY sensor, step, bucket',
  )

const ofFive = (house: TestHouse) => buckets(house).filter(({ step }) => step === 300_000)

/** The same straight from the readings. */
function direct(house: TestHouse): Bucket[] {
  return STEPS.flatMap((step) =>
    house.all<Bucket>(
      `SELECT sensor, ${step} AS step, reading_time / ${step} * ${step} AS bucket, min(value) AS min, max(value) AS max, ` +
        'count(*) AS count, avg(value) AS avg FROM sensor_readings WHERE quality > 0 GROUP BY sensor, unit, 3',
    ),
  ).sort((a, b) => a.sensor.localeCompare(b.sensor) || a.step - b.step || a.bucket - b.bucket)
}

const rows = (house: TestHouse, step = 300_000) =>
  house.all<{ n: number }>('SELECT count(*) AS n FROM reading_rollups WHERE step = ?', step)[0]?.n

describe('rollups', () => {
  it('have one row for each span of live data, once the hour has ended', () => {
    const house = withDevice()
    for (let minute = 0; minute < 10; minute++) {
      measure(house, { value: minute })
      house.tick(MINUTE)
    }
    expect(rows(house)).toBe(0)
    house.tick(50 * MINUTE)
    expect(ofFive(house)).toEqual([
      { sensor: 's', step: 300_000, bucket: START, min: 0, max: 4, count: 5, avg: 2 },
      { sensor: 's', step: 300_000, bucket: START + 5 * MINUTE, min: 5, max: 9, count: 5, avg: 7 },
    ])
    expect(rows(house)).toBe(2)
    expect(buckets(house).filter(({ step }) => step === 3_600_000)).toMatchObject([{ bucket: START, count: 10 }])
  })

  it('take what was received after the boundary with the next span, however soon the tick comes', () => {
    const house = withDevice()
    measure(house, { value: 1 })
    house.now += HOUR
    measure(house, { value: 2 })
    house.tick(500)
    expect(rows(house)).toBe(1)
    house.tick(HOUR)
    expect(rows(house)).toBe(2)
  })

  it('get another row for late data, and readers see one', () => {
    const house = withDevice()
    measure(house, { value: 1 })
    house.tick(HOUR)
    measure(house, { value: 9, at: START })
    house.tick(HOUR)
    expect(rows(house)).toBe(2)
    expect(ofFive(house)).toMatchObject([{ bucket: START, min: 1, max: 9, count: 2, avg: 5 }])
  })

  it('leave out what its kind cannot have', () => {
    const house = withDevice()
    measure(house, { value: -300, kind: 'temperature' }, { value: 20, kind: 'temperature' })
    house.tick(HOUR)
    expect(ofFive(house)).toMatchObject([{ min: 20, max: 20, count: 1 }])
  })

  it('look at 20,000 readings in one transaction at most, and make no more rows for that', () => {
    const house = withDevice()
    const items = Array.from({ length: 500 }, (_, value) => ({ value }))
    for (let message = 0; message < 90; message++) measure(house, ...items)
    const position = () =>
      (
        JSON.parse(
          house.all<{ value: string }>("SELECT value FROM hub_settings WHERE key = 'rollup_5m'")[0]?.value ?? '{}',
        ) as { upto?: number }
      ).upto
    house.tick(HOUR)
    house.tick(1_000)
    expect(rows(house)).toBe(0)
    house.tick(1_000)
    expect(position()).toBe(45_000)
    expect(rows(house)).toBe(1)
    expect(ofFive(house)).toMatchObject([{ count: 45_000 }])
  })

  it('are not stopped by sums that leave the range of numbers', () => {
    const house = withDevice()
    measure(house, ...[1.7e308, 1.7e308, -1.7e308, -1.7e308].map((value) => ({ value })))
    house.tick(HOUR)
    expect(ofFive(house)).toMatchObject([{ count: 4, max: 1.7e308 }])
  })

  it('forget a device that went while its sums were being made', () => {
    const house = withDevice()
    for (let message = 0; message < 50; message++) measure(house, ...Array.from({ length: 500 }, () => ({ value: 1 })))
    house.tick(HOUR)
    house.db.exec('DELETE FROM devices')
    house.tick(1_000)
    expect(rows(house)).toBe(0)
  })

  it('go on when the clock is set back', () => {
    const house = withDevice()
    measure(house, { value: 1 })
    house.tick(HOUR)
    house.now -= 2 * HOUR
    measure(house, { value: 2 })
    house.tick(HOUR)
    house.tick(HOUR)
    expect(ofFive(house)).toMatchObject([{ count: 1 }, { count: 1 }])
  })

  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('measure' as const),
        sensor: fc.constantFrom('a', 'b'),
        value: fc.integer({ min: -300, max: 300 }),
        age: fc.oneof(
          fc.constant(0),
          fc.integer({ min: 0, max: 20 * MINUTE }),
          fc.integer({ min: 0, max: 3 * 86_400_000 }),
        ),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant('tick' as const), ms: fc.integer({ min: 1, max: 2 * HOUR }) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('fault' as const) }) },
  )

  it('merged are the same as all readings at once, in whatever order they came, over restarts and rollbacks', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
        const house = withDevice()
        for (const one of steps) {
          if (one.do === 'measure')
            measure(house, { sensor: one.sensor, value: one.value, kind: 'temperature', at: house.now - one.age })
          else if (one.do === 'tick') house.tick(one.ms)
          else if (one.do === 'restart') house.restart()
          else {
            // The rollups fail after their work is done, which is undone with it.
            house.db.exec("CREATE TRIGGER broken BEFORE UPDATE ON hub_settings BEGIN SELECT RAISE(ABORT, 'no'); END")
            house.tick(HOUR)
            house.db.exec('DROP TRIGGER broken')
          }
        }
        // What failed is left alone for up to an hour; a restart tries it at once.
        if (steps.some((one) => one.do === 'fault')) house.restart()
        house.tick(3_600_000)
        house.tick(1_000)
        const merged = buckets(house)
        const wanted = direct(house)
        expect(merged.map(({ avg, ...rest }) => rest)).toEqual(wanted.map(({ avg, ...rest }) => rest))
        for (const [index, { avg }] of wanted.entries()) expect(merged[index]?.avg).toBeCloseTo(avg, 9)
        house.db.close()
      }),
      { numRuns: 60 },
    )
  })
})

describe('readings/summary', () => {
  interface Answer {
    from: number
    to: number
    step_ms: number
    next?: string
    series: { sensor: string; summaries: { time: number; min: number; mean: number; max: number; count: number }[] }[]
  }

  /** Two hours with a reading each half an hour, of which the readings themselves are gone. */
  function twoHours(): TestHouse {
    const house = withDevice()
    for (const value of [1, 3, 5, 9]) {
      measure(house, { value })
      house.tick(HOUR / 2)
    }
    house.tick(MINUTE)
    house.db.exec('DELETE FROM readings')
    return house
  }
  const summary = (house: TestHouse, more = {}) =>
    query<Answer>(house, 'readings/summary', { device: 'garden-esp', sensor: 's', ...more })

  it('says what readings came to, hour by hour, when they are long gone', () => {
    const house = twoHours()
    expect(summary(house)).toEqual({
      from: house.now - 7 * 24 * HOUR,
      to: house.now,
      step_ms: HOUR,
      series: [
        expect.objectContaining({
          device: 'garden-esp',
          sensor: 's',
          summaries: [
            { time: START, min: 1, mean: 2, max: 3, count: 2 },
            { time: START + HOUR, min: 5, mean: 7, max: 9, count: 2 },
          ],
        }),
      ],
    })
  })

  it('sums up what is not rolled up yet from the readings themselves, each of them once', () => {
    const house = withDevice()
    for (let quarter = 0; quarter < 13; quarter += 1) {
      measure(house, { value: quarter })
      const [hours, fives] = ['1h', '5m'].map((step) => summary(house, { step }).series[0]?.summaries ?? [])
      expect(hours?.reduce((sum, { count }) => sum + count, 0)).toBe(quarter + 1)
      expect(fives?.map(({ count, mean }) => ({ count, mean }))).toEqual(
        Array.from({ length: quarter + 1 }, (_, mean) => ({ count: 1, mean })),
      )
      house.tick(15 * MINUTE)
    }
    expect(summary(house, { limit: 2 }).series[0]?.summaries).toHaveLength(2)
  })

  it('sums up six hours from those of each, and what is not rolled up yet, page by page', () => {
    const house = withDevice()
    for (let half = 0; half < 61; half += 1) {
      measure(house, { value: half })
      house.tick(HOUR / 2)
    }
    const six = 6 * HOUR
    const spans = new Map<number, { time: number; min: number; max: number; sum: number; count: number }>()
    for (const { time, min, max, mean, count } of summary(house).series[0]?.summaries ?? []) {
      const begin = Math.floor(time / six) * six
      const span = spans.get(begin) ?? { time: begin, min, max, sum: 0, count: 0 }
      span.max = max
      span.sum += mean * count
      span.count += count
      spans.set(begin, span)
    }
    const expected = [...spans.values()].map(({ sum, ...span }) => ({ ...span, mean: sum / span.count }))
    expect(expected.length).toBeGreaterThan(5)
    expect(summary(house, { step: '6h' }).series[0]?.summaries).toEqual(expected)
    const paged = []
    for (let after: string | undefined; ; ) {
      const page = summary(house, { step: '6h', limit: 2, ...(after === undefined ? {} : { after }) })
      paged.push(...(page.series[0]?.summaries ?? []))
      after = page.next
      if (after === undefined) break
    }
    expect(paged).toEqual(expected)
    const [, second] = expected
    const from = (second?.time ?? 0) + six - 1
    expect(summary(house, { step: '6h', from, to: from + 2 }).series[0]?.summaries).toEqual(expected.slice(1, 3))
  })

  it.each(['1h', '6h'])('reads a year by %s from an index alone, because each row is on a page of its own', (step) => {
    const house = twoHours()
    const prepared: string[] = []
    const prepare = house.db.prepare.bind(house.db)
    vi.spyOn(house.db, 'prepare').mockImplementation(((sql: string) => {
      prepared.push(sql)
      return prepare(sql)
    }) as typeof house.db.prepare)
    summary(house, { step, from: START - 365 * 24 * HOUR })
    const [sql = ''] = prepared.filter((one) => one.includes('reading_rollups'))
    const values = { series: 1, from: 0, to: 1, time: 0, id: 0, limit: 1, step: HOUR, since: 0, upto: 0 }
    const plan = prepare(`EXPLAIN QUERY PLAN ${sql}`).all(values) as { detail: string }[]
    expect(plan.map(({ detail }) => detail).join('\n')).toContain('COVERING INDEX ix_reading_rollups_1h (series_id=?')
  })

  it('has what came late once it is rolled up, and nothing that its kind cannot have', () => {
    const house = twoHours()
    measure(house, { value: 100, at: START }, { value: -300, kind: 'temperature' })
    const max = () => summary(house).series[0]?.summaries.map((one) => one.max)
    expect(max()).toEqual([3, 9])
    house.tick(HOUR)
    expect(max()).toEqual([100, 9])
  })

  it('begins with the span into which `from` falls, ends with the one of `to`, and knows five minutes too', () => {
    const house = twoHours()
    const times = (more: Record<string, unknown>) => summary(house, more).series[0]?.summaries.map(({ time }) => time)
    expect(times({ from: START + HOUR - 1 })).toEqual([START, START + HOUR])
    expect(times({ from: START + HOUR })).toEqual([START + HOUR])
    expect(times({ to: START + HOUR - 1 })).toEqual([START])
    expect(times({ step: '5m' })).toHaveLength(4)
    expect(times({ limit: 1 })).toEqual([START])
    expect(() => summary(house, { step: '1d' })).toThrow(/1h/)
  })

  it('shows nobody a house that is not theirs', () => {
    const stranger = memberOf('owner', 'another-house')
    const params = { device: 'garden-esp', sensor: 's' }
    expect(() => query<Answer>(twoHours(), 'readings/summary', params, stranger)).toThrow(
      'there is no device garden-esp',
    )
  })
})
