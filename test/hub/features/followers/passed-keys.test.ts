import { describe, expect, it } from 'vitest'
import { FOLLOWERS } from '../../../../hub/features/followers/settings.ts'
import { newestKey, passLostKeys } from '../../../../hub/store/append-keys.ts'
import { ask, commandInput, data, query } from '../../engine/ask.ts'
import type { TestHouse } from '../../engine/engine-in-memory.ts'
import { count, DAY, measure, past, retentionHouse, rollUp } from '../retention/retention-house.ts'
import { gapsOf, outside, positionOf } from './test-followers.ts'

const END_LOST = [{ table: 'readings', after: 10, before: null }]

/** A house with ten readings of twelve, of which the last were lost, and with so many that came later. */
function lossy(later: number, settings: Record<string, unknown> = {}): TestHouse {
  const house = retentionHouse({
    followers: [outside()],
    settings: { followers: FOLLOWERS.schema.parse(settings) },
  })
  measure(house, past(house, { age: 3 * DAY, count: 12 }))
  house.db.exec('DELETE FROM readings WHERE id > 10')
  passLostKeys(house.db, END_LOST)
  measure(house, past(house, { age: 2 * DAY, count: later }))
  return house
}

const listed = (house: TestHouse) =>
  query<{ followers: { name: string; lag_rows: number }[] }>(house, 'followers/list').followers.find(
    ({ name }) => name === 'export',
  )

describe('keys that were passed over', () => {
  it('are no rows that a follower is behind, or passes over', () => {
    const house = lossy(5)
    expect(newestKey(house.db, 'readings')).toBeGreaterThan(50_000)
    expect(listed(house)?.lag_rows).toBe(17)
    expect(ask(house, commandInput('followers/skip', { name: 'export', all: true }))).toMatchObject({
      data: { rows: 17 },
    })
    expect(listed(house)?.lag_rows).toBe(0)
  })

  it.each([0, 5])('are no rows that a follower lost, with %i rows behind them', (later) => {
    const house = lossy(later)
    house.db.exec('UPDATE followers SET epoch = NULL')
    house.restart()
    expect(gapsOf(house, 'export')).toEqual([{ first_id: 11, last_id: 12, rows: 2, reason: 'restored' }])
    expect(positionOf(house, 'export')?.lost_rows).toBe(2)
  })

  it('have no row go that is to be held', () => {
    const house = lossy(5, { hold_rows: 12 })
    ask(house, commandInput('retention/set', { class: 'readings', days: 1 }))
    // The first look goes by what was rolled up before it.
    for (let looks = 0; looks < 2; looks++) rollUp(house)
    // Keys 11 and 12 count: their rows were there.
    expect(count(house, 'readings')).toBe(10)
  })

  it('are no readings that the status counts', () => {
    expect(data(ask(lossy(5), commandInput('hub/status')))).toMatchObject({ readings: 17 })
  })
})
