import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeDataFolder } from './lib/data-folder.ts'
import { CUT } from './lib/power-cut-hub.ts'
import { ReadingsAccount } from './lib/readings-account.ts'
import { type EndOfLife, type LostPower, liveInChild } from './lib/readings-child.ts'
import { chosenSeed, seededRandom } from './lib/seeded-random.ts'
import { shimTrouble } from './lib/shim.ts'
import { WATCHED } from './lib/watched-statements.ts'

/** A moment, and how often a life comes to it at least. */
interface Watched {
  moment: string
  times: number
}

const MOMENTS: readonly Watched[] = [...WATCHED].flatMap(([what, times]) =>
  ['before', 'after'].map((side) => ({ moment: `${side} ${what}`, times })),
)
/** After a life for each moment, so many that end in the middle of whatever they do. */
const ANYWHERE = 6
const ROUNDS = Number(process.env.ROUNDS ?? MOMENTS.length + ANYWHERE)
const POWER_CUTS = Number(process.env.ROUNDS ?? 4)
/** Then another house begins, because looking at all of it after each life takes longer and longer. */
const LIVES = 16

let data: ReturnType<typeof makeDataFolder>
beforeEach(() => {
  data = makeDataFolder()
})
afterEach(() => data.remove())

/** A house that lives again and again, each time until it is ended, and once more until all its work is done. */
class Lives {
  readonly seed: number
  #account = new ReadingsAccount()
  #life = 0

  constructor(seed: number) {
    this.seed = seed
  }

  /** Returns whether it came to its end. Everything that it said must hold. */
  async one(end: EndOfLife, lostPower?: LostPower): Promise<boolean> {
    const { ended, faults } = await this.#live(end, lostPower)
    const of = { seed: this.seed, life: this.#life, end, lostPower }
    expect({ ...of, faults }).toEqual({ ...of, faults: [] })
    expect([0, lostPower ? CUT : 'SIGKILL'], JSON.stringify(of)).toContain(ended)
    if (this.#life >= LIVES) await this.finish()
    return ended !== 0
  }

  /** What lives that ended early left may be too much for one. */
  async finish(): Promise<void> {
    let left = ['all']
    for (let lives = 0; lives < 5 && left.length > 0; lives += 1) {
      const { ended, faults } = await this.#live(null)
      const of = { seed: this.seed, life: this.#life }
      expect({ ...of, ended, faults }).toEqual({ ...of, ended: 0, faults: [] })
      left = this.#account.unfinished(data.folder)
    }
    expect({ seed: this.seed, left }).toEqual({ seed: this.seed, left: [] })
    data.remove()
    data = makeDataFolder()
    this.#account = new ReadingsAccount()
    this.#life = 0
  }

  /** What does not hold, after a life that may end badly; the one before it is not disturbed. */
  async faultsAfter(end: EndOfLife, lostPower: LostPower): Promise<string[]> {
    await this.#live(null)
    return (await this.#live(end, lostPower)).faults
  }

  async #live(end: EndOfLife | null, lostPower?: LostPower) {
    this.#life += 1
    const ended = await liveInChild({
      ...{ folder: data.folder, account: this.#account, life: this.#life, end },
      ...(lostPower && { lostPower }),
    })
    return { ended, faults: this.#account.faults(data.folder) }
  }
}

function chosenRandom() {
  const seed = chosenSeed()
  console.log(`seed ${seed} (LARES_TEST_SEED=${seed} repeats it)`)
  return { seed, random: seededRandom(seed) }
}

describe('a house that takes readings, indexes and purges them', () => {
  it(
    `and is killed meanwhile has every reading that it acknowledged once, and finds it, over ${ROUNDS} lives`,
    async () => {
      const { seed, random } = chosenRandom()
      const killed: string[] = []
      const waiting: (Watched | null)[] = []
      const lives = new Lives(seed)
      for (let round = 0; round < ROUNDS; round += 1) {
        const end = endOf(waiting, random)
        const moment = 'moment' in end ? end.moment : null
        if (await lives.one(end)) killed.push(moment ?? 'anywhere')
        // It had too much to do to come to it so often.
        else if (moment !== null) waiting.unshift({ moment, times: 1 })
      }
      await lives.finish()
      if (ROUNDS >= MOMENTS.length + ANYWHERE)
        expect(MOMENTS.filter(({ moment }) => !killed.includes(moment))).toEqual([])
      console.log(`${killed.length} of ${ROUNDS} lives were killed, no reading lost, none twice`)
    },
    60_000 + ROUNDS * 60_000,
  )

  describe.skipIf(shimTrouble !== null)('and loses power meanwhile', () => {
    it(
      `has them as well, over ${POWER_CUTS} lives`,
      async () => {
        const { seed, random } = chosenRandom()
        const lives = new Lives(seed)
        let cuts = 0
        for (let round = 0; round < POWER_CUTS; round += 1) {
          const { moment, times } = MOMENTS[Math.floor(random() * MOMENTS.length)] ?? { moment: '', times: 0 }
          const end = { moment, nth: 1 + Math.floor(random() * times) }
          if (await lives.one(end, { seed: seed + round, keep: random() < 0.5 ? 'none' : 'some' })) cuts += 1
        }
        await lives.finish()
        expect(cuts).toBeGreaterThan(POWER_CUTS / 2)
        console.log(`${cuts} of ${POWER_CUTS} lives lost power, no reading lost, none twice`)
      },
      60_000 + POWER_CUTS * 60_000,
    )

    it('would be seen to lose some when a commit returns before it is on the disk', async () => {
      const mutation = 'synchronous-normal'
      const end = { moment: 'after the commit', nth: 20 }
      const faults = await new Lives(7).faultsAfter(end, { seed: 7, keep: 'none', mutation })
      expect(faults.join('\n')).toMatch(/was acknowledged|is not known/)
    }, 120_000)
  })
})

/** The next of those that wait; when none does, all of them again, and then some lives that end anywhere. */
function endOf(waiting: (Watched | null)[], random: () => number): EndOfLife {
  if (waiting.length === 0) waiting.push(...MOMENTS, ...Array.from({ length: ANYWHERE }, () => null))
  const next = waiting.shift() ?? null
  if (next === null) return { afterMs: random() * 1_500 }
  return { moment: next.moment, nth: 1 + Math.floor(random() * next.times) }
}
