import { describe, expect, it } from 'vitest'
import { VERSIONS } from '../../central/postgres-servers.ts'
import { ask, commandInput, data, query } from '../engine/ask.ts'
import type { TestHouse } from '../engine/engine-in-memory.ts'
import { rows } from './house-with-central.ts'
import { type JoinedHouse, useHouses } from './use-houses.ts'

const DEEP = `${'['.repeat(100_000)}${']'.repeat(100_000)}`

/** What Postgres refuses, by its SQLSTATE: columns of an event, as this hub's database keeps them without a word. */
const REFUSED: [what: string, code: string, columns: Record<string, string | number>][] = [
  ['a NUL in a text', '22021', { title: 'a\u0000b' }],
  ['\\u0000 in JSON', '22P05', { event_data: '{"a":"\\u0000"}' }],
  ['half of a surrogate pair in JSON', '22P02', { event_data: '{"a":"\\ud800"}' }],
  ['what is no JSON at all', '22P02', { event_data: '{' }],
  ['a number too large for JSON', '22003', { event_data: '{"a":1e200000}' }],
  ['JSON nested too deep', '54001', { event_data: DEEP }],
  ['a time out of range', '22008', { timestamp: 9e18 }],
  ['a text too long for an index', '54000', { event_type: 'x'.repeat(5_000_000) }],
  ['a violated check', '23514', { title: 'forbidden' }],
]

function event(house: TestHouse, columns: Record<string, string | number> = {}): number {
  const row = {
    event_type: 'test',
    category: 'test',
    title: 'fine',
    description: '',
    source: 'system',
    timestamp: house.now,
    created_at: house.now,
    updated_at: house.now,
    ...columns,
  }
  const names = Object.keys(row)
  return Number(
    house.db
      .prepare(`INSERT INTO events (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`)
      .run(...Object.values(row)).lastInsertRowid,
  )
}

const held = (house: TestHouse) =>
  house.all<{ id: number; table_name: string; row_key: string; code: string; state: string }>(
    'SELECT id, table_name, row_key, code, state FROM sync_quarantine ORDER BY CAST(row_key AS INTEGER)',
  )

const heldAtCentral = ({ admin, site }: JoinedHouse) =>
  rows<{ row_key: string; code: string; reason: string; raw: Buffer; resolution: string | null }>(
    admin,
    'SELECT row_key, code, reason, raw, resolution FROM lares.sync_quarantine WHERE site_id = $1 ORDER BY row_key::bigint',
    [site],
  )

async function eventsAtCentral({ admin, site }: JoinedHouse): Promise<number[]> {
  const ids = await rows<{ id: string }>(admin, 'SELECT id FROM lares.events WHERE site_id = $1 ORDER BY id', [site])
  return ids.map(({ id }) => Number(id))
}

describe.each(VERSIONS)('rows that PostgreSQL %s refuses', (version) => {
  const houses = useHouses(version)

  /** A house with one event that a rule of central's forbids. */
  async function withForbidden(): Promise<JoinedHouse & { bad: number }> {
    const joined = await houses.house()
    await rows(joined.admin, "ALTER TABLE lares.events ADD CONSTRAINT rule CHECK (title <> 'forbidden')")
    const bad = event(joined.house, { title: 'forbidden' })
    joined.pump.start()
    await joined.settled()
    expect(held(joined.house)).toMatchObject([{ table_name: 'events', row_key: String(bad), state: 'held' }])
    return Object.assign(joined, { bad })
  }

  it('are found among 500 good ones and set aside with their reasons, and the stream goes on', async () => {
    const joined = await houses.house()
    const { house, pump, settled, admin, site } = joined
    await rows(admin, "ALTER TABLE lares.events ADD CONSTRAINT rule CHECK (title <> 'forbidden')")
    const bad = new Map<number, string>()
    for (let count = 0; count < 500; count++) {
      event(house)
      const [, code, columns] = count % 50 === 7 ? (REFUSED[(count - 7) / 50] ?? []) : []
      if (code !== undefined) bad.set(event(house, columns), code)
    }
    expect(bad.size).toBe(REFUSED.length)
    const all = house.db.prepare('SELECT id FROM events ORDER BY id').pluck().all() as number[]
    pump.start()
    await settled()
    const last = event(house)
    await settled()

    const here = held(house)
    expect(new Map(here.map(({ row_key, code }) => [Number(row_key), code]))).toEqual(bad)
    const there = await heldAtCentral(joined)
    expect(new Map(there.map(({ row_key, code }) => [Number(row_key), code]))).toEqual(bad)
    for (const { reason, raw, row_key } of there) {
      expect(reason).not.toBe('')
      expect(raw.toString()).toMatch(new RegExp(`^${row_key}\t`))
    }
    const expected = [...all, last].filter((id) => !bad.has(id))
    expect((await eventsAtCentral(joined)).filter((id) => id <= last)).toEqual(
      // The refusals were told in events, which went to central in their turn.
      expect.arrayContaining(expected),
    )
    expect(house.all("SELECT id FROM events WHERE event_type = 'sync_row_refused'")).toHaveLength(bad.size)

    const ledger = await rows<Record<string, string>>(
      admin,
      "SELECT rows, merged, duplicates, quarantined FROM lares.sync_cursors WHERE site_id = $1 AND stream = 'events'",
      [site],
    )
    const own = house.all("SELECT rows, merged, duplicates, quarantined FROM sync_streams WHERE stream = 'events'")
    expect(
      ledger.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, Number(value)]))),
    ).toEqual(own)
    expect(own).toMatchObject([{ quarantined: bad.size }])
    const { rows: sent, merged, duplicates, quarantined } = own[0] as Record<string, number>
    expect(sent).toBe(Number(merged) + Number(duplicates) + Number(quarantined))
  })

  it('are listed, and go to central once they were mended and tried again', async () => {
    const joined = await withForbidden()
    const { house, settled, bad } = joined
    const { quarantine } = query<{ quarantine: { id: number; reason: string }[] }>(house, 'quarantine/list')
    expect(quarantine).toMatchObject([{ row_key: String(bad), reason: expect.stringContaining('rule') }])
    house.db.prepare("UPDATE events SET title = 'mended' WHERE id = ?").run(bad)
    data(ask(house, commandInput('quarantine/retry', { id: quarantine[0]?.id })))
    expect(house.effects).toContainEqual({ kind: 'sync', ask: 'wake' })
    await settled()
    expect(held(house)).toEqual([])
    expect(await heldAtCentral(joined)).toMatchObject([{ resolution: 'taken' }])
    expect(await eventsAtCentral(joined)).toContain(bad)
  })

  it('are held again when the second try fails as well', async () => {
    const joined = await withForbidden()
    const { house, settled } = joined
    const id = held(house)[0]?.id
    data(ask(house, commandInput('quarantine/retry', { id })))
    expect(held(house)).toMatchObject([{ state: 'retrying' }])
    await settled()
    expect(held(house)).toMatchObject([{ id, state: 'held', code: '23514' }])
    expect(await heldAtCentral(joined)).toMatchObject([{ resolution: null }])
  })

  it('are given up at central too when a person discards them, also while there is no connection', async () => {
    const joined = await withForbidden()
    const { house, until, kill, settled, restart } = joined
    await kill()
    data(ask(house, commandInput('quarantine/discard', { id: held(house)[0]?.id })))
    // At the handshake central still holds it back.
    restart()
    await settled()
    expect(held(house)).toMatchObject([{ state: 'discarded' }])
    await until('central was asked', () => joined.pump.state.untilScopes > 0 && joined.pump.state.busy === null)
    expect(await heldAtCentral(joined)).toMatchObject([{ resolution: 'discarded' }])
    expect(held(house)).toMatchObject([{ state: 'discarded' }])
    expect(ask(house, commandInput('quarantine/retry', { id: held(house)[0]?.id }))).toMatchObject({
      error: { code: 'not_found' },
    })
  })

  it('are known again when the hub lost its note of them between central and its own database', async () => {
    const joined = await withForbidden()
    const { house, kill, settled, restart, bad } = joined
    await kill()
    house.db.prepare('DELETE FROM sync_quarantine').run()
    restart()
    await settled()
    expect(held(house)).toMatchObject([{ row_key: String(bad), code: '23514', state: 'held' }])
  })

  it('are refused through the change log as well, and the rows beside them arrive', async () => {
    const joined = await houses.house()
    const { house, pump, settled, admin, site } = joined
    for (let count = 0; count < 40; count++) house.device(`pi-${count}`)
    house.db.prepare("UPDATE devices SET user_description = ? WHERE id = 'pi-17'").run('a\u0000b')
    pump.start()
    await settled()
    expect(held(house)).toMatchObject([{ table_name: 'devices', row_key: 'pi-17', code: '22021' }])
    expect(await rows(admin, 'SELECT id FROM lares.devices WHERE site_id = $1', [site])).toHaveLength(39)
    house.db.prepare("UPDATE devices SET user_description = 'mended' WHERE id = 'pi-17'").run()
    await settled()
    expect(held(house)).toEqual([])
    expect(await rows(admin, "SELECT user_description FROM lares.devices WHERE id = 'pi-17'")).toEqual([
      { user_description: 'mended' },
    ])
  })
})
