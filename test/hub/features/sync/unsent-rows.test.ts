import { describe, expect, it } from 'vitest'
import { unsentRows } from '../../../../hub/features/sync/unsent-rows.ts'
import { openTestHouse, type TestHouse } from '../../engine/engine-in-memory.ts'

function joined(house: TestHouse): void {
  house.db
    .prepare("INSERT INTO hub_settings (key, value) VALUES ('sync', ?)")
    .run(JSON.stringify({ site: 'a-site', token: 'a-token', epoch: 1 }))
}

/** A stream at a position; `upto` is its end, where it has one. */
function stream(house: TestHouse, name: string, of: { position: number; first?: number; upto?: number }): void {
  house.db
    .prepare(
      "INSERT INTO sync_streams (stream, table_name, epoch, first, upto, position, chain, updated_at) VALUES (?, ?, 1, ?, ?, ?, '', 1)",
    )
    .run(name, name.split(':')[0], of.first ?? 0, of.upto ?? null, of.position)
}

describe('what is not sent yet', () => {
  it('is nothing where there is no central', () => {
    const house = openTestHouse()
    joined(house)
    stream(house, 'readings', { position: 5 })
    expect(unsentRows(house.db, { configured: false }).upto('readings')).toBe(null)
  })

  it('is everything before the first handshake, and of a table that has no stream yet', () => {
    const house = openTestHouse()
    const unsent = unsentRows(house.db, { configured: true })
    expect(unsent.upto('readings')).toBe(0)
    joined(house)
    stream(house, 'readings', { position: 5 })
    expect([unsent.upto('readings'), unsent.upto('reading_rollups')]).toEqual([5, 0])
  })

  it('begins at the part that was split off, until that is through', () => {
    const house = openTestHouse()
    const unsent = unsentRows(house.db, { configured: true })
    joined(house)
    stream(house, 'readings', { position: 900 })
    stream(house, 'readings:800', { position: 300, first: 200, upto: 800 })
    expect(unsent.upto('readings')).toBe(300)
    house.db.exec("UPDATE sync_streams SET position = 800 WHERE stream = 'readings:800'")
    expect(unsent.upto('readings')).toBe(900)
  })

  it('may be at central without a word, for as many rows behind each open stream as the pump runs ahead', () => {
    const house = openTestHouse()
    const unsent = unsentRows(house.db, { configured: true })
    expect(unsent.inFlight('readings')).toEqual([])
    stream(house, 'readings', { position: 900 })
    stream(house, 'readings:800', { position: 300, first: 200, upto: 800 })
    stream(house, 'readings:200', { position: 200, upto: 200 })
    expect(unsent.inFlight('readings')).toEqual([
      { first: 300, last: Number.MAX_SAFE_INTEGER },
      { first: 900, last: Number.MAX_SAFE_INTEGER },
    ])
    house.device('d')
    house.db.exec(
      "INSERT INTO reading_series (device_id, sensor, sensor_type, created_at) VALUES ('d', 's', 'number', 1)",
    )
    house.db.exec(
      'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 41000) ' +
        'INSERT INTO readings (series_id, reading_time, received_at, value) SELECT 1, i, i, i FROM n',
    )
    expect(unsent.inFlight('readings')).toEqual([
      { first: 300, last: 40_300 },
      { first: 900, last: 40_900 },
    ])
    expect(unsentRows(house.db, { configured: false }).inFlight('readings')).toEqual([])
  })

  it('holds what is in quarantine, until somebody gave it up', () => {
    const house = openTestHouse()
    for (const [key, state] of [
      ['7', 'held'],
      ['8', 'retrying'],
      ['9', 'discarded'],
    ])
      house.db
        .prepare(
          "INSERT INTO sync_quarantine (table_name, row_key, epoch, stream, code, reason, state, held_at) VALUES ('readings', ?, 1, 'readings', '22021', '', ?, 1)",
        )
        .run(key, state)
    const unsent = unsentRows(house.db, { configured: true })
    expect([...unsent.held('readings')]).toEqual([7, 8])
    expect([...unsent.held('events')]).toEqual([])
  })
})
