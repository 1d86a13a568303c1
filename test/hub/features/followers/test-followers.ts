import type { FleetingFollower, InsideFollower, OutsideFollower } from '../../../../hub/engine/follower.ts'
import type { FollowerStep } from '../../../../hub/engine/follower-step.ts'
import type { Verdict } from '../../../../hub/engine/input.ts'
import type { TestHouse } from '../../engine/engine-in-memory.ts'

/** Hands readings to something outside, five at a time. */
export function outside(more: Partial<OutsideFollower> = {}): OutsideFollower {
  return {
    ...{ name: 'export', kind: 'outside', table: 'readings', storedAt: 'received_at', start: 'beginning' },
    ...{ rows: 5, gatherMs: 0, deadlineMs: 10_000, backoff: { firstMs: 1_000, capMs: 8_000 } },
    ...more,
  }
}

/** Adds readings up in `hub_settings`, five at a time. */
export function inside(more: Partial<InsideFollower> = {}): InsideFollower {
  return {
    ...{ name: 'sums', kind: 'inside', table: 'readings', storedAt: 'received_at', start: 'beginning', rows: 5 },
    apply({ db }, rows) {
      const add = db.prepare(
        "INSERT INTO hub_settings (key, value) VALUES ('sum', :value) ON CONFLICT (key) DO UPDATE SET value = value + :value",
      )
      for (const { value } of rows) add.run({ value: String(value) })
    },
    ...more,
  }
}

/** Shows readings to whoever looks, and keeps ten. */
export function fleeting(more: Partial<FleetingFollower> = {}): FleetingFollower {
  return {
    ...{ name: 'live', kind: 'fleeting', table: 'readings', storedAt: 'received_at', start: 'now', rows: 5, ring: 10 },
    ...more,
  }
}

export interface Position {
  position: number | null
  lost_rows: number
  is_wanted: 0 | 1
  epoch: string
  last_error: string | null
}

export const positionOf = (house: TestHouse, name: string): Position | undefined =>
  house.all<Position & Record<string, unknown>>(
    'SELECT position, lost_rows, is_wanted, epoch, last_error FROM followers WHERE name = ?',
    name,
  )[0]

export function step<T = unknown>(house: TestHouse, change: FollowerStep): { verdict: Verdict; value: T } {
  return house.input<T>({ kind: 'follower', change })
}

export const gapsOf = (house: TestHouse, name: string) =>
  house.all('SELECT first_id, last_id, rows, reason FROM follower_gaps WHERE follower = ? ORDER BY id', name)

/** What the events say of rows that were lost. */
export const gapEvents = (house: TestHouse): Record<string, unknown>[] =>
  house
    .all<{ event_data: string }>("SELECT event_data FROM events WHERE event_type = 'follower_gap' ORDER BY id")
    .map(({ event_data }) => JSON.parse(event_data) as Record<string, unknown>)

/** What the hub's health was told in the last transaction; `undefined`: nothing. */
export function problemOf(house: TestHouse, name: string): string | null | undefined {
  const told = house.effects.findLast((effect) => effect.kind === 'problem' && effect.name === `followers:${name}`)
  return told?.kind === 'problem' ? (told.problem?.message ?? null) : undefined
}
