import { explain } from '../../../shared/errors.ts'
import type { DemoCentral } from './central.ts'
import { same, syncedTables, type Tally, tallyCentral, tallyHouse } from './comparison.ts'
import type { House } from './house.ts'
import { type HouseView, viewHouse } from './house-view.ts'

/** A house as its hub tells it, and what of it is at central. */
export interface PlaceView {
  name: string
  house: HouseView
  /** Rows in the hub's database that central should have. */
  here: Tally
  /** Nothing came or went in the hub while central was asked: `here` and `there` are of one moment. */
  still: boolean
  /** `null` when central did not answer. */
  there: Tally | null
}

export interface DemoView {
  places: PlaceView[]
  /** Why central did not answer, in words. */
  trouble: string | null
}

/** Looks at everything once. */
export async function look(houses: readonly House[], central: DemoCentral): Promise<DemoView> {
  let trouble: string | null = null
  const asked = await central
    .read(async (db) => {
      const tables = await syncedTables(db)
      const before = houses.map((house) => tallyHouse(house.db, tables))
      const views = await Promise.all(houses.map(({ client }) => viewHouse(client)))
      const there = await tallyCentral(db, tables)
      const after = houses.map((house) => tallyHouse(house.db, tables))
      return { before, views, there, after }
    })
    .catch((error: unknown) => {
      trouble = explain(error).split('\n')[0] ?? null
      return null
    })
  const views = asked?.views ?? (await Promise.all(houses.map(({ client }) => viewHouse(client))))
  const nothing: Tally = new Map()
  const places = houses.flatMap(({ name, site }, at) => {
    const house = views[at]
    const here = asked?.after[at] ?? nothing
    const still = same(here, asked?.before[at] ?? nothing)
    return house === undefined ? [] : [{ name, house, here, still, there: asked?.there.get(site) ?? null }]
  })
  return { places, trouble }
}

/** Asks both hubs to compare counts and hashes with central. Returns what differs, in words. */
export async function verify(houses: readonly House[]): Promise<string[]> {
  const found: string[] = []
  for (const { name, client } of houses) {
    const { differences } = (await client.request('sync', 'verify', { days: 2 })) as {
      differences: { table: string; day: string; found: string }[]
    }
    for (const { table, day, found: how } of differences) found.push(`${name}: ${table} of ${day} is ${how} at central`)
  }
  return found
}
