import { describe, expect, it } from 'vitest'
import { readSyncIdentity, writeSyncIdentity } from '../../../../hub/engine/sync-memory.ts'
import { query } from '../../engine/ask.ts'
import { openTestHouse, reading, START, type TestHouse } from '../../engine/engine-in-memory.ts'

interface Trace {
  says: string[]
  what: string
  measured_at: number
  received_at: number
  waited_ms: number | null
  time_quality: string
  device_said: number | null
  message: { epoch: string; lane: string; seq: number } | null
  key: string
  central: { state: string; rows_before: number | null; reason: string | null }
  rejected: { code: string; reason: string }[]
}

const traced = (house: TestHouse, more: object = {}) =>
  query<Trace>(house, 'trace/reading', { device: 'kitchen-pi', sensor: 'cpu_temperature', ...more })

function withKitchen(): TestHouse {
  const house = openTestHouse()
  house.device('kitchen-pi')
  return house
}

/** As with a central that has taken all readings up to a key. */
function withCentral({ db }: TestHouse, position: number): void {
  writeSyncIdentity(db, { ...readSyncIdentity(db), site: 'site-1' })
  db.prepare(
    "INSERT INTO sync_streams (stream, table_name, epoch, first, position, chain, updated_at) VALUES ('readings', 'readings', 1, 0, ?, '', ?)",
  ).run(position, START)
}

describe('the way of a reading', () => {
  it('says how long it waited in the outbox, and with which message it came', () => {
    const house = withKitchen()
    house.send(['lares/kitchen-pi/readings', reading(1, 20)])
    const kept = reading(7, 12, { lane: 'backlog', boot: 'b1', sent: { at: START, mono: 1e9 } })
    const item = { sensor: 'cpu_temperature', kind: 'temperature', unit: '°C' }
    const items = [2, 1].map((hours) => ({ ...item, value: 10 + hours, at: START - hours * 3_600_000 }))
    house.send(['lares/kitchen-pi/readings', { ...kept, items }])
    expect(traced(house, { at: START - 3_600_000 })).toMatchObject({
      ...{ what: expect.stringContaining('11 °C'), measured_at: START - 3_600_000, received_at: START },
      ...{ waited_ms: 3_600_000, message: { lane: 'backlog', seq: 7 }, time_quality: 'good' },
    })
    // The first of two readings of a message has the number that stands at the last one.
    expect(traced(house, { at: START - 7_200_000 })).toMatchObject({ waited_ms: 7_200_000, message: { seq: 7 } })
    expect(traced(house)).toMatchObject({ what: expect.stringContaining('20'), message: { lane: 'live', seq: 1 } })
  })

  it('has no number where the device gives none, and takes none of another device', () => {
    const house = withKitchen()
    house.device('hall-pi')
    const items = [{ sensor: 'cpu_temperature', value: 19, kind: 'temperature', unit: '°C' }]
    house.send(['lares/kitchen-pi/readings', { items }], ['lares/hall-pi/readings', reading(4, 21)])
    expect(traced(house).message).toBeNull()
    // As what a bridge says, which carries no position at all.
    house.db.prepare('UPDATE readings SET mark = NULL WHERE id = 1').run()
    expect(traced(house).message).toBeNull()
  })

  it('says that nobody knows when it was measured, and what the device said', () => {
    const house = withKitchen()
    const old = reading(1, 20, { boot: 'b1', sent: { at: 60_000, mono: 5_000 } })
    const items = [{ sensor: 'cpu_temperature', value: 20, kind: 'temperature', unit: '°C', at: 30_000 }]
    house.send(['lares/kitchen-pi/readings', { ...old, items }])
    const trace = traced(house)
    expect(trace.time_quality).not.toBe('good')
    expect(trace.device_said).toBe(30_000)
    expect(trace.says.join(' ')).toContain('clock said')
  })

  it('says whether central has it, how many go before it, and why central refused it', () => {
    const house = withKitchen()
    for (const seq of [1, 2, 3]) house.send(['lares/kitchen-pi/readings', reading(seq, 20 + seq)])
    expect(traced(house).central).toEqual({ state: 'off', rows_before: null, reason: null })
    withCentral(house, 1)
    expect(traced(house).central).toEqual({ state: 'waits', rows_before: 2, reason: null })
    house.db.prepare("UPDATE sync_streams SET position = 3 WHERE stream = 'readings'").run()
    expect(traced(house).central).toMatchObject({ state: 'there' })
    house.db
      .prepare(
        'INSERT INTO sync_quarantine (table_name, row_key, epoch, stream, code, reason, held_at) ' +
          "VALUES ('readings', '3', 1, 'readings', '22003', 'value out of range', 1)",
      )
      .run()
    expect(traced(house).central).toEqual({ state: 'refused', rows_before: 0, reason: 'value out of range' })
    expect(traced(house).says.join(' ')).toContain('value out of range')
  })

  it('names what else of the device was not understood meanwhile, and nothing of others', () => {
    const house = withKitchen()
    house.device('hall-pi')
    house.send(['lares/kitchen-pi/readings', reading(1, 20)])
    house.send(['lares/kitchen-pi/readings', '{'], ['lares/hall-pi/readings', '['])
    expect(traced(house).rejected).toHaveLength(1)
    expect(traced(house).rejected).toMatchObject([{ code: 'bad_json' }])
  })

  it('is refused for what is not there, with what is', () => {
    const house = withKitchen()
    house.send(['lares/kitchen-pi/readings', reading(1, 20)])
    const asked = { device: 'kitchen-pi', sensor: 'cpu_temperature', at: START - 60_000 }
    expect(() => query(house, 'trace/reading', asked)).toThrow(/has no reading/)
    expect(() => query(house, 'trace/event', { event: 99_999 })).toThrow(/no event 99999/)
    expect(() => query(house, 'trace/turn', { turn: 'none' })).toThrow(/no turn none/)
  })
})
