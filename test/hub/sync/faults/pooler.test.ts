import { afterAll, describe, expect, it } from 'vitest'
import { useCentral, VERSIONS } from '../../../central/postgres-servers.ts'
import { addSite, type HouseWithCentral, houseWithCentral, rows } from '../house-with-central.ts'
import { differences } from './central-comparison.ts'
import { type Pooler, poolerTrouble, startPooler } from './pgbouncer.ts'
import { houseRows } from './sync-house.ts'

const HOUSES = 5
/** Fewer than there are houses: nobody has one to itself. */
const CONNECTIONS = 2

if (poolerTrouble !== null) console.log(`a pooler before central is not tried: ${poolerTrouble}`)

describe.skipIf(poolerTrouble !== null).each(VERSIONS)(
  'through a pooler in transaction mode at PostgreSQL %s',
  (version) => {
    const central = useCentral(version)
    const houses: HouseWithCentral[] = []
    let pooler: Pooler | null = null
    afterAll(async () => {
      for (const house of houses) await house.kill()
      await pooler?.stop()
    })

    it(`${HOUSES} houses send and receive over ${CONNECTIONS} connections`, async () => {
      const admin = await central.migrated()
      const sites = await Promise.all([...Array(HOUSES).keys()].map((index) => addSite(admin, `home-${index}`)))
      await rows(admin, "INSERT INTO lares.scopes (scope) VALUES ('family')")
      await rows(admin, "INSERT INTO lares.scope_sites (scope, site_id) SELECT 'family', site_id FROM lares.sites")
      const persona = (name: string) =>
        rows(admin, "SELECT lares.put_row('family', 'personas', 'reader', $1)", [
          JSON.stringify({ id: 'reader', name }),
        ])
      await persona('Reader')
      pooler = await startPooler(admin, { roles: sites.map(({ url }) => url), connections: CONNECTIONS })
      for (const { url } of sites) {
        const house = houseWithCentral(pooler.through(url), { limits: { splitRows: 2_000 } })
        houses.push(house)
        const own = houseRows(house.house.db)
        house.house.device('pi-a1b2c3')
        own.measure(3_000)
        own.person('p1', 'one')
        own.person('p2', 'two')
        house.pump.start()
      }
      const named = (name: string) => (house: HouseWithCentral) =>
        house.house.db.prepare("SELECT name FROM personas WHERE id = 'reader'").pluck().get() === name
      for (const house of houses) {
        await house.until('it has the persona', () => named('Reader')(house))
        houseRows(house.house.db).forget('p2')
        houseRows(house.house.db).person('p1', 'renamed')
      }
      await persona('Storyteller')
      for (const house of houses) {
        await house.until('it has the new name', () => named('Storyteller')(house))
        await house.settled()
      }
      for (const [index, house] of houses.entries()) {
        expect(await differences(house.house.db, admin, { site: sites[index]?.site ?? '' })).toEqual([])
        expect(house.status()).toMatchObject({ state: 'running', epoch: 1 })
      }
      const [servers] = await rows(
        admin,
        "SELECT count(*)::integer AS n FROM pg_stat_activity WHERE datname = current_database() AND usename LIKE 'lares_site_home%'",
      )
      expect(servers?.n).toBeLessThanOrEqual(CONNECTIONS)
    })
  },
)
