import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { inherited } from '../../../../shared/environment.ts'
import { firstLine } from '../child-line.ts'
import { type Card, openCard } from './card.ts'
import type { Filled, FillOrder, HouseUnderTest, PurgeOrder } from './driver.ts'
import type { Purged } from './house-purge.ts'
import type { Answers, AskedHouse } from './questions.ts'

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

  /** Begins to ask the house. Each call is one round; `end` before anything else is done. */
  async asking(): Promise<{ round: () => Promise<Answers>; end: () => Promise<unknown> }> {
    const { root, folder } = this.#house
    const { devices, now } = this.#afterFill()
    const order: AskedHouse & { root: string } = { root, file: join(folder, 'hub.db'), devices, now }
    const child = this.#start('asker', order)
    await answerOf(child)
    return {
      round: () => {
        child.send('round')
        return answerOf(child) as Promise<Answers>
      },
      end: () => {
        child.kill()
        return once(child, 'exit')
      },
    }
  }

  /** Last: the house has moved on by days then. */
  purge(): Promise<Purged> {
    const { now, keptDays } = this.#afterFill()
    return this.#run<Purged>({ ...this.#house, do: 'purge', now, keptDays })
  }

  /** Ends what still runs, and takes the card away. */
  close(): void {
    for (const child of this.#children) child.kill('SIGKILL')
    this.#card?.close()
  }

  #afterFill(): Filled {
    if (!this.#filled) throw new Error('the house is not filled yet')
    return this.#filled
  }

  #run<T>(order: FillOrder | PurgeOrder): Promise<T> {
    return firstLine<T>(this.#start('driver', order))
  }

  #start(program: 'driver' | 'asker', order: object): ChildProcess {
    const file = join(import.meta.dirname, `${program}.ts`)
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file, JSON.stringify(order)], {
      env: inherited(),
      stdio: ['ignore', 'pipe', program === 'asker' ? 'inherit' : 'pipe', 'ipc'],
    })
    this.#children.add(child)
    child.once('exit', () => this.#children.delete(child))
    return child
  }
}

/** The next message. Rejects when the child ends before. */
async function answerOf(child: ChildProcess): Promise<unknown> {
  const gone = new AbortController()
  const ended = once(child, 'exit', { signal: gone.signal }).then(([code, signal]) => {
    throw new Error(`the asker ended with ${code ?? signal}`)
  })
  try {
    const [answer] = await Promise.race([once(child, 'message', { signal: gone.signal }), ended])
    return answer
  } finally {
    gone.abort()
  }
}
