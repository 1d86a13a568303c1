import type { Unsent } from '../../../hub/features/retention/unsent.ts'
import { unsentRows } from '../../../hub/features/sync/unsent-rows.ts'
import { ask, commandInput, data } from '../engine/ask.ts'
import { openTestHouse, START, type TestHouse } from '../engine/engine-in-memory.ts'
import { finishErasing } from '../features/erasures/lived-in.ts'
import { DAY, HOUR } from '../features/retention/retention-house.ts'
import { migratedHouse } from '../store/migrated.ts'
import { type HouseWithCentral, houseWithCentral } from './house-with-central.ts'
import { preparingOnce } from './prepared-once.ts'
import { type Measured, TEN_MINUTES, TenMinuteDevice } from './ten-minute-device.ts'

const STEPS_OF_A_DAY = DAY / TEN_MINUTES

/** Days that raw readings are kept: of counts longer than of all others. */
export const KEPT_DAYS = { number: 30, count: 90 } as const

export const ERASED = 'lodger-pi-x7k2m9'
const KITCHEN = 'kitchen-pi-a1b2c3'
const SHED = 'shed-pi-d4e5f6'
const ATTIC = 'attic-pi-g7h8i9'

/** By how much the hub's clock is wrong, from which day on and for how long, and what it thinks of itself. */
const WRONG_CLOCKS = [
  { day: 60, hours: 8, by: -3 * DAY, synced: false },
  { day: 100, hours: 30, by: 5 * HOUR, synced: false },
  { day: 140, hours: 6, by: 2 * DAY, synced: true },
  { day: 200, hours: 24, by: -HOUR, synced: true },
]
const AWAY = { from: 210, until: 245 }
const WITHOUT_CENTRAL = { from: 70, until: 112 }
const ERASED_ON = 180
/** How often devices send what they measured, and the features look what there is to do. */
const STEPS = { send: 12, tick: 24 }
const ANSWERS_PER_LOST = 23
/** The house is started anew so often, and nobody stopped it. */
const DAYS_OF_A_LIFE = 9

/** A house of four devices that lives by a clock of the test, with a central, and what the devices know of it. */
export class YearOfAHouse {
  readonly joined: HouseWithCentral
  readonly devices = [
    new TenMinuteDevice(KITCHEN, [{ key: 'door', kind: 'count' }]),
    new TenMinuteDevice(SHED, [
      { key: 'air', kind: 'number' },
      { key: 'door', kind: 'count' },
    ]),
    new TenMinuteDevice(ATTIC, [{ key: 'air', kind: 'number' }]),
    new TenMinuteDevice(ERASED, [{ key: 'air', kind: 'number' }]),
  ]
  births = 0
  /** The time that it really is. */
  #time = START
  #step = 0
  #sends = 0
  #values = 0
  #running = false
  #house: TestHouse

  constructor(url: string, file: string) {
    const rowsOf = () => unsentRows(this.#house.db, { configured: true })
    const unsent: Unsent = {
      upto: (table) => rowsOf().upto(table),
      held: (table) => rowsOf().held(table),
      inFlight: (table) => rowsOf().inFlight(table),
    }
    this.#house = openTestHouse({ unsent, db: preparingOnce(migratedHouse(file)) })
    for (const { id } of this.devices) this.#house.device(id)
    this.joined = houseWithCentral(url, {}, this.#house)
  }

  get house(): TestHouse {
    return this.#house
  }

  /** Readings that the hub said it has, of devices that are still in the house. */
  get acknowledged(): Measured[] {
    return this.devices.filter(({ id }) => id !== ERASED).flatMap(({ acknowledged }) => acknowledged)
  }

  async live(days: number): Promise<void> {
    this.#order('retention/set', { class: 'readings:count', days: KEPT_DAYS.count })
    this.#introduce('')
    this.#run()
    for (let day = 0; day < days; day++) {
      await this.#beginOf(day)
      for (let step = 0; step < STEPS_OF_A_DAY; step++) this.#tenMinutes()
      // The pump lives by the loop.
      await new Promise((resolve) => setImmediate(resolve))
    }
    await this.joined.settled(60_000)
    // The last pass of retention, over what central has had since.
    for (let ticks = 0; ticks < 200; ticks++) this.#house.tick(60_000)
    await this.joined.settled(60_000)
  }

  async #beginOf(day: number): Promise<void> {
    if (day % DAYS_OF_A_LIFE === DAYS_OF_A_LIFE - 1) await this.#restart()
    if (day === WITHOUT_CENTRAL.from) await this.#stopSending()
    if (day === WITHOUT_CENTRAL.until) this.#run()
    if (day === AWAY.from) this.#device(SHED).away = true
    if (day === AWAY.until) this.#device(SHED).away = false
    if (day === 120) this.#introduce('renamed ')
    if (day === 121) this.#order('devices/rename', { device: KITCHEN, name: 'Larder' })
    if (day === 160) this.#device(ATTIC).newOutbox()
    if (day === ERASED_ON) await this.#erase()
    // More than the pump can follow is of no use to anybody.
    if (day % 30 === 0 && this.#running) await this.joined.settled(60_000)
  }

  #tenMinutes(): void {
    this.#step += 1
    this.#time += TEN_MINUTES
    for (const device of this.#present) device.measure(this.#time, () => ++this.#values)
    const clockIsRight = this.#setClock()
    if (this.#step % STEPS.send === 0) this.#send(clockIsRight)
    if (this.#step % STEPS.tick === 0) this.#house.tick(0)
  }

  #send(clockIsRight: boolean): void {
    const present = this.#present
    this.#house.send(...present.flatMap((device) => device.toSend(this.#time, clockIsRight)))
    this.#sends += 1
    // Now and then no device hears what the hub answers: all of it is sent again.
    if (this.#sends % ANSWERS_PER_LOST === 0) return
    for (const device of present) device.hear(this.#house)
  }

  get #present(): TenMinuteDevice[] {
    return this.devices.filter(({ id }) => id !== ERASED || this.#day < ERASED_ON)
  }

  get #day(): number {
    return (this.#time - START) / DAY
  }

  #setClock(): boolean {
    const wrong = WRONG_CLOCKS.find(({ day, hours }) => this.#day >= day && this.#day < day + hours / 24)
    this.#house.now = this.#time + (wrong?.by ?? 0)
    this.#house.clockSynced = wrong?.synced ?? true
    return wrong === undefined
  }

  /** A process that is killed: what it had in memory is gone, and so is what it was about to say. */
  async #restart(): Promise<void> {
    const { house } = this
    house.send(...this.#present.flatMap((device) => device.toSend(this.#time, this.#setClock())))
    const ran = this.#running
    await this.#stopSending()
    house.restart()
    if (ran) this.#run()
  }

  #run(): void {
    this.joined.restart()
    this.#running = true
  }

  async #stopSending(): Promise<void> {
    await this.joined.kill()
    this.#running = false
  }

  #introduce(prefix: string): void {
    const births = this.devices.map((device) => device.birth(this.#time, (key) => `${prefix}${key}`))
    this.births += births.length
    this.#house.send(...births)
  }

  async #erase(): Promise<void> {
    const house = this.#house
    this.#order('devices/erase', { device: ERASED })
    finishErasing(house)
    house.send({ kind: 'copies_renewed', since: house.now })
    house.tick(1_000)
    await this.joined.until(
      'central forgot the device',
      () => house.all("SELECT 1 FROM erasures WHERE state = 'done'").length === 1,
      60_000,
    )
  }

  #order(verb: `${string}/${string}`, params: Record<string, unknown>): void {
    data(ask(this.#house, commandInput(verb, params)))
  }

  #device(id: string): TenMinuteDevice {
    const found = this.devices.find((device) => device.id === id)
    if (!found) throw new Error(`there is no ${id}`)
    return found
  }
}
