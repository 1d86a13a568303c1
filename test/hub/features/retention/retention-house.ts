import type { Keys, Unsent } from '../../../../hub/features/retention/unsent.ts'
import { openTestHouse, type TestHouse } from '../../engine/engine-in-memory.ts'

export const DAY = 86_400_000
export const HOUR = 3_600_000

/** What an upload would say, set by the test. */
export interface FakeUnsent extends Unsent {
  acknowledged: Record<string, number | null>
  quarantine: { readings: Set<number>; events: Set<number>; [table: string]: Set<number> }
  flying: Keys[]
}

export function fakeUnsent(): FakeUnsent {
  const fake: FakeUnsent = {
    acknowledged: {},
    quarantine: { readings: new Set(), events: new Set() },
    flying: [],
    inFlight: () => fake.flying,
    upto: (table) => fake.acknowledged[table] ?? null,
    held: (table) => fake.quarantine[table] ?? new Set(),
  }
  return fake
}

export interface RetentionHouse extends TestHouse {
  unsent: FakeUnsent
}

/** A house with one plain device, which may say any time of the past. */
export function retentionHouse(
  more: Pick<Parameters<typeof openTestHouse>[0] & object, 'followers' | 'settings'> = {},
): RetentionHouse {
  const unsent = fakeUnsent()
  const house = Object.assign(openTestHouse({ ...more, unsent }), { unsent })
  house.device('garden-esp', 'mqtt')
  return house
}

/** Sends readings of one sensor, 500 in a message. */
export function measure(
  house: TestHouse,
  times: number[],
  { sensor = 's', kind = 'temperature' }: { sensor?: string; kind?: string } = {},
): void {
  for (let from = 0; from < times.length; from += 500) {
    const items = times.slice(from, from + 500).map((at, index) => ({ sensor, kind, at, value: (from + index) % 100 }))
    house.send(['lares/garden-esp/readings', { items }])
  }
}

/** `count` times, `every` apart, the first `age` before now. */
export function past(house: TestHouse, of: { age: number; count: number; every?: number }): number[] {
  return Array.from({ length: of.count }, (_, index) => house.now - of.age + index * (of.every ?? 60_000))
}

/** Moves to after the next full hour, so that everything received is rolled up, in as many ticks as that takes. */
export function rollUp(house: TestHouse): void {
  house.tick(HOUR)
  for (let ticks = 0; ticks < 20; ticks++) house.tick(1_000)
}

export const count = (house: TestHouse, table: string): number =>
  house.all<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)[0]?.n ?? -1

/** An event as if it had been stored `age` ago. Returns its key. */
export function oldEvent(house: TestHouse, of: { age: number; severity?: string; category?: string }): number {
  const { age, severity = 'info', category = 'device' } = of
  return Number(
    house.db
      .prepare(
        "INSERT INTO events (event_type, category, severity, title, description, source, timestamp, created_at, updated_at) VALUES ('old', ?, ?, 'Old', '', 'device', ?, ?, ?)",
      )
      .run(category, severity, ...Array(3).fill(house.now - age)).lastInsertRowid,
  )
}

/** The disk as the front would measure it. Returns what the engine makes of it. */
export function disk(house: TestHouse, usedShare: number, totalBytes = 100_000_000): void {
  house.send({ kind: 'disk', totalBytes, freeBytes: Math.round(totalBytes * (1 - usedShare)) })
}

/** Moves to after the next full hour, as it is when the five-minute rollups are made and the hourly ones are not yet. */
export function fineAlone(house: TestHouse): void {
  const span = Math.floor((house.now + HOUR) / HOUR)
  house.db
    .prepare(
      "INSERT INTO hub_settings (key, value) VALUES ('rollup_1h', @place) " +
        "ON CONFLICT (key) DO UPDATE SET value = json_set(value, '$.span', @span)",
    )
    .run({ place: JSON.stringify({ span }), span })
  house.restart()
  rollUp(house)
}
