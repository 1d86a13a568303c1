import { afterEach, describe, expect, it } from 'vitest'
import { useCentral, VERSIONS } from '../../central/postgres-servers.ts'
import { reading } from '../engine/engine-in-memory.ts'
import { addSite, type HouseWithCentral, houseWithCentral, rows } from './house-with-central.ts'

const running: HouseWithCentral[] = []
afterEach(async () => {
  for (const house of running.splice(0)) await house.kill()
})

function begin(url: string, options = {}): HouseWithCentral {
  const house = houseWithCentral(url, options)
  running.push(house)
  return house
}

describe.each(VERSIONS)('a house and central on PostgreSQL %s', (version) => {
  const central = useCentral(version)

  it('sends what it has, and what comes after', async () => {
    const admin = await central.migrated()
    const { url, site } = await addSite(admin, 'home')
    const { house, pump, settled } = begin(url)
    house.device('pi-a1b2c3')
    house.send(['lares/pi-a1b2c3/readings', reading(1, 40)], ['lares/pi-a1b2c3/readings', reading(2, 41)])
    pump.start()
    await settled()
    const stored = () =>
      rows(
        admin,
        'SELECT epoch, id, series_epoch, value, reading_time FROM lares.readings WHERE site_id = $1 ORDER BY id',
        [site],
      )
    expect(await stored()).toMatchObject([
      { epoch: 1, id: '1', series_epoch: 1, value: 40 },
      { epoch: 1, id: '2', series_epoch: 1, value: 41 },
    ])
    expect(await rows(admin, 'SELECT id, name, deleted_at FROM lares.devices')).toMatchObject([
      { id: 'pi-a1b2c3', name: 'pi-a1b2c3', deleted_at: null },
    ])
    house.send(['lares/pi-a1b2c3/readings', reading(3, 42)])
    await settled()
    expect(await stored()).toHaveLength(3)
  })
})
