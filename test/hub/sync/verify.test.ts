import { afterEach, describe, expect, it } from 'vitest'
import { verify } from '../../../hub/sync/verify.ts'
import { useCentral, VERSIONS } from '../../central/postgres-servers.ts'
import { reading } from '../engine/engine-in-memory.ts'
import { addSite, type HouseWithCentral, houseWithCentral, rows } from './house-with-central.ts'

const running: HouseWithCentral[] = []
afterEach(async () => {
  for (const house of running.splice(0)) await house.kill()
})

describe.each(VERSIONS)('comparing a house with central on PostgreSQL %s', (version) => {
  const central = useCentral(version)

  async function sent() {
    const admin = await central.migrated()
    const { url, site } = await addSite(admin, 'home')
    const self = houseWithCentral(url)
    running.push(self)
    const { house } = self
    house.device('pi-a1b2c3')
    for (let seq = 1; seq <= 20; seq++) house.send(['lares/pi-a1b2c3/readings', reading(seq, seq / 3)])
    self.pump.start()
    await self.settled()
    const compare = (table?: string) =>
      verify(
        { db: house.db, source: self.pump.source, streams: self.pump.state.streams, site, url, version: 'test' },
        { days: 2, now: house.now, ...(table === undefined ? {} : { table }) },
      )
    return { admin, house, self, compare }
  }

  it('finds nothing where both are alike, in every table', async () => {
    const { compare } = await sent()
    const { ok, differences, tables } = await compare()
    expect(differences).toEqual([])
    expect(ok).toBe(true)
    expect(tables.find(({ table }) => table === 'readings')).toMatchObject({ days: 1, rows: 20 })
    expect(tables.find(({ table }) => table === 'devices')).toMatchObject({ rows: 1 })
  })

  it('names table and day of a row that central lacks', async () => {
    const { admin, compare } = await sent()
    await rows(admin, 'DELETE FROM lares.readings WHERE id = 7')
    expect(await compare()).toMatchObject({
      ok: false,
      differences: [{ table: 'readings', day: '2026-01-01', hub: 20, central: 19, found: 'missing' }],
    })
  })

  it('names table and day of a row that is another at central', async () => {
    const { admin, compare } = await sent()
    await rows(admin, 'UPDATE lares.readings SET value = value + 1e-9 WHERE id = 7')
    await rows(admin, "UPDATE lares.devices SET name = 'other'")
    const { ok, differences } = await compare()
    expect(ok).toBe(false)
    expect(differences.map(({ table, found }) => [table, found]).sort()).toEqual([
      ['devices', 'different'],
      ['readings', 'different'],
    ])
  })

  it('does not blame central for what was purged here', async () => {
    const { house, compare } = await sent()
    house.db.exec('DELETE FROM readings WHERE id <= 5')
    expect(await compare('readings')).toMatchObject({
      ok: true,
      differences: [{ table: 'readings', hub: 15, central: 20, found: 'more' }],
    })
  })

  it('leaves out what still waits, and what central refused', async () => {
    const { house, self, compare } = await sent()
    await self.kill()
    house.send(['lares/pi-a1b2c3/readings', reading(21, 1)])
    house.db.prepare("UPDATE devices SET name = 'changed', updated_at = ?").run(house.now)
    expect(await compare()).toMatchObject({ ok: true, differences: [] })
  })
})
