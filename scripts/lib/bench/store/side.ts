import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { firstLine } from '../child-line.ts'
import { runProgram } from '../figures.ts'
import { type Card, openCard } from './card.ts'
import type { Filled, FillOrder, HouseUnderTest, LaterOrder } from './driver.ts'
import type { Purged } from './house-purge.ts'
import type { Answers } from './questions.ts'

/** How large the house is that is measured. */
export interface HouseSize {
  devices: number
  readings: number
  hours: number
  /** When its history ends. */
  until: number
}

/** Room on the card for what is written over and over, MB. */
const LEAST_CARD_MB = 1_500
const CARD_BYTES_PER_READING = 200

/** One of the layouts that are compared: a checkout, its house and the card it lives on. */
export class Side {
  readonly name: string
  /** Why no block device is looked at; `null` where one is. */
  readonly noCard: string | null
  #house: HouseUnderTest
  #card: Card | null
  #children = new Set<ChildProcess>()
  #filled: Filled | null = null

  constructor(name: string, { root, scratch, readings }: { root: string; scratch: string; readings: number }) {
    const card = openCard(name, LEAST_CARD_MB + Math.ceil((readings * CARD_BYTES_PER_READING) / 1e6))
    this.name = name
    this.noCard = typeof card === 'string' ? card : null
    this.#card = typeof card === 'string' ? null : card
    this.#house = { root, folder: join(this.#card?.folder ?? scratch, `${name}-house`), card: this.#card }
  }

  /** Makes the house and lets it live. First of all. */
  async fill(size: HouseSize): Promise<Filled> {
    this.#filled = await this.#run<Filled>({ ...this.#house, ...size, do: 'fill' })
    return this.#filled
  }

  ask(): Promise<Answers> {
    return this.#run<Answers>(this.#later('ask'))
  }

  /** Last: the house has moved on by days then. */
  purge(): Promise<Purged> {
    return this.#run<Purged>(this.#later('purge'))
  }

  /** Ends what still runs, and takes the card away. */
  close(): void {
    for (const child of this.#children) child.kill('SIGKILL')
    this.#card?.close()
  }

  #later(what: LaterOrder['do']): LaterOrder {
    if (!this.#filled) throw new Error('the house is not filled yet')
    const { devices, now, keptDays } = this.#filled
    return { ...this.#house, do: what, filled: { devices, now, keptDays } }
  }

  async #run<T>(order: FillOrder | LaterOrder): Promise<T> {
    const child = runProgram('store/driver', order)
    this.#children.add(child)
    child.once('exit', () => this.#children.delete(child))
    return firstLine<T>(child)
  }
}
