import { Client } from 'pg'
import { afterEach, describe, expect, it } from 'vitest'
import { readLostTally } from '../../../../hub/engine/lost-rows.ts'
import { SURVIVES_KILL, useCentral, VERSIONS } from '../../../central/postgres-servers.ts'
import { ask, commandInput } from '../../engine/ask.ts'
import { finishErasing } from '../../features/erasures/lived-in.ts'
import { rows } from '../house-with-central.ts'
import { DamagedHouse, type RowsBefore } from './damaged-house.ts'

let damaged: DamagedHouse | null = null
afterEach(async () => {
  await damaged?.remove()
  damaged = null
})

describe.each(VERSIONS)('what damage took from a house, at PostgreSQL %s,', (version) => {
  const central = useCentral(version)

  it('comes back from central as it was, and again after the next damage', async () => {
    damaged = await DamagedHouse.settled(await central.migrated())
    const [before, charts] = [damaged.rows(), damaged.charts()]
    for (const [leaves, events] of [
      [[3, 4, 20, -1], [2]],
      [
        [0, 7],
        [1, -2],
      ],
    ] as const) {
      await damaged.damage({ readings: [...leaves], events: [...events], reading_rollups: [0] })
      expect(damaged.count('readings')).toBeLessThan(before.readings.length - 50)
      expect(damaged.count('reading_rollups')).toBeLessThan(before.reading_rollups.length)
      expect(damaged.toTell.join()).toMatch(/central has up to [\d,]+ of them, which come back/)
      const given = damaged.newestKeys()
      damaged.house.pump.start()
      await damaged.back()
      await damaged.house.settled()
      expect(damaged.rows()).toEqual(before)
      // No key is given twice: of events there is one more, which tells of it.
      const [readings = 0, rollups = 0, told = 0] = given
      expect(damaged.newestKeys()).toEqual([readings, rollups, told + 1])
      damaged.tick(1_000)
      expect(damaged.charts()).toEqual(charts)
      expect(await damaged.verified()).toMatchObject({ ok: true, differences: [] })
      expect(damaged.house.pump.state.identity.epoch).toBe(1)
      expect(damaged.told().at(-1)).toMatchObject({ not_at_central: 0, left_out: 0 })
    }
    expect(damaged.told()).toHaveLength(2)
    expect(
      await rows(damaged.admin, 'SELECT count(*)::integer AS n FROM lares.readings WHERE site_id = $1', [damaged.site]),
    ).toEqual([{ n: before.readings.length }])
  })
})

describe('rows that come back, whatever happens meanwhile,', () => {
  const central = useCentral(VERSIONS.at(-1) ?? '18', { settings: SURVIVES_KILL })

  /** A house that lost two pages of readings and one of events; `before`: what it had. */
  async function lossy(): Promise<{ house: DamagedHouse; before: RowsBefore }> {
    const house = await DamagedHouse.settled(await central.migrated())
    damaged = house
    const before = house.rows()
    await house.damage({ readings: [3, 20], events: [2] })
    return { house, before }
  }

  it.each(['begun', 'committed', 'written'])(
    'are there once when the hub is killed at "%s" of each page',
    async (at) => {
      const { house, before } = await lossy()
      const { house: joined } = house
      let kills = 0
      for (let nth = 1; house.count('lost_rows') > 0; nth++) {
        let pages = 0
        let isDead = false
        const dieAt = (moment: string) => {
          if (moment !== at || ++pages < nth) return
          isDead = true
          kills += 1
          void joined.kill()
          throw new Error('a process that is gone does nothing more')
        }
        joined.restart({
          failpoint: (moment, work) => (work === 'fetch' ? dieAt(moment) : undefined),
          async persist(step) {
            const answer = joined.persist(step)
            if (step.step === 'fetched') dieAt('written')
            return answer
          },
        })
        await joined.until('it is dead or done', () => isDead || house.count('lost_rows') === 0)
        await joined.kill()
        joined.house.restart()
      }
      expect(kills).toBeGreaterThan(1)
      expect(house.rows()).toEqual(before)
      expect(house.told()).toMatchObject([{ not_at_central: 0, left_out: 0 }])
    },
  )

  it('wait for a central that is away, over any number of starts', async () => {
    const { house, before } = await lossy()
    await central.server.kill()
    house.house.pump.start()
    await house.house.until('it was tried', () => house.house.pump.state.failures > 2)
    expect(house.count('lost_rows')).toBe(3)
    await house.stop()
    await central.server.start()
    house.start()
    house.house.pump.start()
    await house.back()
    expect(house.rows()).toEqual(before)
  })

  it('keep nothing that is new from going to a central that does not answer to what was lost', async () => {
    const { house, before } = await lossy()
    const other = new Client({ connectionString: house.admin })
    await other.connect()
    await other.query('BEGIN; LOCK TABLE lares.readings')
    house.house.pump.start()
    await house.house.until('it was given up', () => house.house.pump.state.untilFetch > 0, 20_000)
    house.db.prepare("UPDATE devices SET name = 'Another name'").run()
    await house.house.settled()
    expect(house.house.pump.state.failures).toBe(0)
    await other.query('COMMIT')
    await other.end()
    house.house.pump.core.state.untilFetch = 0
    await house.back()
    expect(house.rows()).toEqual(before)
  })

  it('wait while the house is busy, and while its disk is nearly full', async () => {
    const { house, before } = await lossy()
    const { house: joined } = house
    let hasRoom = false
    let looks = 0
    joined.restart({ hasRoom: () => hasRoom, onChange: () => looks++ })
    const someLooks = async () => {
      looks = 0
      await joined.until('it looked often', () => looks > 20)
    }
    await joined.settled()
    await someLooks()
    joined.pump.busy = true
    hasRoom = true
    await someLooks()
    expect(readLostTally(house.db)).toMatchObject({ cameBack: 0 })
    joined.pump.busy = false
    await house.back()
    expect(house.rows()).toEqual(before)
  })

  it('are told of when central does not have them', async () => {
    const { house, before } = await lossy()
    const first = Number(
      house.db.prepare("SELECT min(first) FROM lost_rows WHERE table_name = 'readings'").pluck().get(),
    )
    await rows(house.admin, 'DELETE FROM lares.readings WHERE id > $1 AND id <= $1 + 50', [first])
    house.house.pump.start()
    await house.back()
    expect(house.count('readings')).toBe(before.readings.length - 50)
    expect(house.told()).toMatchObject([
      {
        not_at_central: 50,
        tables: [
          { table: 'events', not_at_central: 0 },
          { table: 'readings', not_at_central: 50 },
        ],
      },
    ])
  })

  it('are not those of a device that is erased meanwhile', async () => {
    const { house } = await lossy()
    const { house: joined } = house
    expect(ask(joined.house, commandInput('devices/erase', { device: 'pi-a1b2c3' })).status).toBe('ok')
    finishErasing(joined.house)
    house.tick(1_000)
    joined.pump.start()
    await house.back()
    joined.house.send({ kind: 'copies_renewed', since: joined.house.now })
    house.tick(1_000)
    await joined.until('it is erased', () => house.count('erasures', "state = 'done'") === 1)
    expect([house.count('readings'), house.count('events', "event_type = 'button'")]).toEqual([0, 0])
    expect(await rows(house.admin, 'SELECT id FROM lares.readings WHERE site_id = $1', [house.site])).toEqual([])
  })

  it('come to a house that goes on under a new epoch because accounts came from a backup', async () => {
    const house = await DamagedHouse.settled(await central.migrated())
    damaged = house
    const before = house.rows()
    await house.backup()
    await house.damage({ readings: [3, 20, -1], devices: [0] })
    house.house.pump.start()
    await house.back()
    await house.house.settled()
    expect(house.house.pump.state.identity.epoch).toBe(2)
    expect(house.rows()).toEqual(before)
    expect(await house.verified()).toMatchObject({ ok: true, differences: [] })
  })

  it('come to a house that was restored from what a person saved of a damaged file', async () => {
    const house = await DamagedHouse.settled(await central.migrated())
    damaged = house
    const before = house.rows()
    expect(await house.damageCopy({ readings: [3, 20], events: [2] })).toMatch(/central has up to [\d,]+ of them/)
    expect(house.count('readings')).toBeLessThan(before.readings.length)
    house.house.pump.start()
    await house.back()
    await house.house.settled()
    expect(house.house.pump.state.identity.epoch).toBe(2)
    expect(house.rows()).toEqual(before)
    expect(await house.verified()).toMatchObject({ ok: true, differences: [] })
  })
})
