import { afterEach, describe, expect, it } from 'vitest'
import type { Unsent } from '../../../hub/features/retention/unsent.ts'
import { unsentRows } from '../../../hub/features/sync/unsent-rows.ts'
import { useCentral, VERSIONS } from '../../central/postgres-servers.ts'
import { openTestHouse, type TestHouse } from '../engine/engine-in-memory.ts'
import { count, DAY, measure, past, rollUp } from '../features/retention/retention-house.ts'
import { addSite, type HouseWithCentral, houseWithCentral, rows } from './house-with-central.ts'

const running: HouseWithCentral[] = []
afterEach(async () => {
  for (const house of running.splice(0)) await house.kill()
})

/** A house that is configured for this central, as the hub makes it. */
function houseFor(url: string): HouseWithCentral {
  const rowsOf = () => unsentRows(house.db, { configured: true })
  const unsent: Unsent = {
    upto: (table) => rowsOf().upto(table),
    held: (table) => rowsOf().held(table),
    inFlight: (table) => rowsOf().inFlight(table),
  }
  const house: TestHouse = openTestHouse({ unsent })
  house.device('garden-esp', 'mqtt')
  const joined = houseWithCentral(url, {}, house)
  running.push(joined)
  return joined
}

/** A month and a day go by, in which retention looks again and again. */
function later(house: TestHouse): void {
  house.now += 31 * DAY
  rollUp(house)
  rollUp(house)
}

describe.each(VERSIONS)('retention of a house with a central, on PostgreSQL %s', (version) => {
  const central = useCentral(version)

  it('removes nothing that central lacks, however old, and everything that is due once central has it', async () => {
    const admin = await central.migrated()
    const { url, site } = await addSite(admin, 'home')
    const { house, pump, settled, kill } = houseFor(url)
    measure(house, past(house, { age: DAY, count: 1_200 }))
    later(house)
    expect(count(house, 'readings')).toBe(1_200)

    pump.start()
    await settled()
    expect(count(house, 'readings')).toBe(1_200)
    // Another day's come while central is away again.
    await kill()
    measure(house, past(house, { age: DAY, count: 300 }))
    later(house)
    expect(count(house, 'readings')).toBe(300)
    const there = () =>
      rows<{ n: number; keys: number }>(
        admin,
        'SELECT count(*)::integer AS n, count(DISTINCT id)::integer AS keys FROM lares.readings WHERE site_id = $1',
        [site],
      )
    expect(await there()).toEqual([{ n: 1_200, keys: 1_200 }])

    const again = houseWithCentral(url, {}, house)
    running.push(again)
    again.pump.start()
    await again.settled()
    later(house)
    expect(count(house, 'readings')).toBe(0)
    expect(await there()).toEqual([{ n: 1_500, keys: 1_500 }])
  })
})
