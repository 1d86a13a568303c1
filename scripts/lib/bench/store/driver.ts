import { systemClock } from '../../../../shared/clock.ts'
import { explain } from '../../../../shared/errors.ts'
import type { CardPlace } from './card.ts'
import { fillHistory } from './history.ts'
import { type HouseDay, houseDay } from './house-day.ts'
import { type Purged, purgeOfADay } from './house-purge.ts'
import { type Layout, loadLayout } from './layout.ts'
import { type LoneMessage, loneMessages } from './lone-messages.ts'
import { bytesPerReading } from './reading-bytes.ts'
import { StoreHouse } from './store-house.ts'

/** A checkout and the house it works on. */
export interface HouseUnderTest {
  /** Of the checkout whose layout is measured. */
  root: string
  folder: string
  card: CardPlace | null
}

export interface FillOrder extends HouseUnderTest {
  do: 'fill'
  devices: number
  readings: number
  hours: number
  until: number
}

/** What a house is like that was filled and lived for a while. */
export interface Filled {
  devices: string[]
  now: number
  /** Days that readings are kept. */
  keptDays: number
  bytesPerReading: number
  lone: LoneMessage
  day: HouseDay
  tookMs: Record<'fill' | 'lone' | 'day', number>
}

export interface PurgeOrder extends HouseUnderTest, Pick<Filled, 'now' | 'keptDays'> {
  do: 'purge'
}

/** Runs an order over one checkout's modules, and says its outcome in one line of JSON. */
async function main(): Promise<Filled | Purged> {
  const order = JSON.parse(process.argv[2] ?? '') as FillOrder | PurgeOrder
  const layout = await loadLayout(order.root)
  if (order.do === 'fill') return fill(layout, order)
  const house = new StoreHouse(layout, order)
  const purged = purgeOfADay(house, order)
  house.close(order.now)
  return purged
}

async function fill(layout: Layout, order: FillOrder): Promise<Filled> {
  const { folder, card, hours, until } = order
  const times = [systemClock.mono()]
  const house = new StoreHouse(layout, { folder, now: until })
  const history = fillHistory(house, order)
  const bytes = bytesPerReading(house.db)
  times.push(systemClock.mono())
  const lone = loneMessages(house, history, card)
  times.push(systemClock.mono())
  const day = await houseDay(layout, house, { history, hours, folder, card })
  times.push(systemClock.mono())
  house.close(history.now)
  const [fillMs = 0, loneMs = 0, dayMs = 0] = times.slice(1).map((time, n) => Math.round(time - (times[n] ?? 0)))
  const { devices, now, keptDays } = history
  return {
    devices,
    now,
    keptDays,
    bytesPerReading: bytes,
    lone,
    day,
    tookMs: { fill: fillMs, lone: loneMs, day: dayMs },
  }
}

main().then(
  (outcome) => {
    process.stdout.write(`${JSON.stringify(outcome)}\n`, () => process.exit(0))
  },
  (error: unknown) => {
    process.stderr.write(`${explain(error)}\n${error instanceof Error ? (error.stack ?? '') : ''}\n`)
    process.exit(1)
  },
)
