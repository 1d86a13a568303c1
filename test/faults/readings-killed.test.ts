import { spawn } from 'node:child_process'
import { once as happens } from 'node:events'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeDataFolder } from './lib/data-folder.ts'
import { ReadingsAccount } from './lib/readings-account.ts'
import type { AfterCommit } from './lib/readings-life.ts'
import { chosenSeed, seededRandom } from './lib/seeded-random.ts'
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
/** Then another house begins, because looking at all of it after each life takes longer and longer. */
const LIVES = 16

const PROGRAM = join(import.meta.dirname, 'readings-process.ts')

/** When a life ends: the n-th time it comes to a moment, or so many milliseconds after its first commit. */
type End = { moment: string; nth: number } | { afterMs: number }

describe('a house that is killed while it takes readings, indexes and purges them', () => {
  let data: ReturnType<typeof makeDataFolder>
  beforeEach(() => {
    data = makeDataFolder()
  })
  afterEach(() => data.remove())

  /** Lets a house live. Returns how it ended: an exit code or a signal. */
  async function live(account: ReadingsAccount, life: number, end: End | null): Promise<number | string | null> {
    const moment = end !== null && 'moment' in end ? [end.moment, String(end.nth)] : []
    const child = spawn(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        PROGRAM,
        data.folder,
        String(life),
        JSON.stringify(account.acknowledged),
        ...moment,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    let said = ''
    child.stdout.once('data', () => {
      if (end !== null && 'afterMs' in end) setTimeout(() => child.kill('SIGKILL'), end.afterMs)
    })
    child.stdout.on('data', (text: Buffer) => {
      said += String(text)
    })
    const [code, signal] = (await happens(child, 'close')) as [number | null, string | null]
    for (const line of said.slice(0, said.lastIndexOf('\n') + 1).split('\n'))
      if (line !== '') account.hear(JSON.parse(line) as AfterCommit)
    return signal ?? code
  }

  it(
    `has every reading that it acknowledged once, and finds it, over ${ROUNDS} lives`,
    async () => {
      const seed = chosenSeed()
      const random = seededRandom(seed)
      console.log(`seed ${seed} (LARES_TEST_SEED=${seed} repeats it)`)
      const killed: string[] = []
      const waiting: (Watched | null)[] = []
      let account = new ReadingsAccount()
      let life = 0
      /** What was left by lives that ended early may be too much for one. */
      const unharmed = async () => {
        for (let lives = 1; lives <= 5; lives += 1) {
          life += 1
          const ended = await live(account, life, null)
          const faults = account.faults(data.folder)
          expect({ seed, life, ended, faults }).toEqual({ seed, life, ended: 0, faults: [] })
          if (account.unfinished(data.folder).length === 0) return
        }
        expect({ seed, life, left: account.unfinished(data.folder) }).toEqual({ seed, life, left: [] })
      }
      for (let round = 0; round < ROUNDS; round += 1) {
        const end = endOf(waiting, random)
        life += 1
        const ended = await live(account, life, end)
        if (ended === 'SIGKILL') killed.push('moment' in end ? end.moment : 'anywhere')
        else expect({ seed, life, end, ended }).toEqual({ seed, life, end, ended: 0 })
        // It had too much to do to come to it so often.
        if (ended !== 'SIGKILL' && 'moment' in end) waiting.unshift({ moment: end.moment, times: 1 })
        const faults = account.faults(data.folder)
        expect({ seed, life, end, faults }).toEqual({ seed, life, end, faults: [] })
        if (life < LIVES) continue
        await unharmed()
        data.remove()
        data = makeDataFolder()
        account = new ReadingsAccount()
        life = 0
      }
      await unharmed()
      if (ROUNDS >= MOMENTS.length + ANYWHERE)
        expect(MOMENTS.filter(({ moment }) => !killed.includes(moment))).toEqual([])
      console.log(`${killed.length} of ${ROUNDS} lives were killed, no reading lost, none twice`)
    },
    60_000 + ROUNDS * 60_000,
  )
})

/** The next of those that wait; when none does, all of them again, and then some lives that end anywhere. */
function endOf(waiting: (Watched | null)[], random: () => number): End {
  if (waiting.length === 0) waiting.push(...MOMENTS, ...Array.from({ length: ANYWHERE }, () => null))
  const next = waiting.shift() ?? null
  if (next === null) return { afterMs: random() * 1_500 }
  return { moment: next.moment, nth: 1 + Math.floor(random() * next.times) }
}
