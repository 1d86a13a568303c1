import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { disagreements } from '../hub/features/makers/makers-agree.ts'
import { makeDataFolder } from './lib/data-folder.ts'
import { fillMakers, lookAtMakers, MAKER_ACTS, type MakerAct, openMakers, watchWrites } from './lib/makers-life.ts'

const ACTS = Object.keys(MAKER_ACTS) as MakerAct[]
/** Moments at which a process is really killed; at all of them its files are taken as a kill leaves them. */
const KILLED = [
  ['write', 1],
  ['write', 3],
  ['commit', 1],
  ['committed', 1],
] as const
/** An erasure is done in steps, each of which is kept. */
const IN_STEPS: readonly MakerAct[] = ['one is erased']

let data: ReturnType<typeof makeDataFolder>
let folders = 0
beforeAll(() => {
  data = makeDataFolder()
  fillMakers(data.folder)
})
afterAll(() => data.remove())

/** Another house of the same past. */
function another(from = data.folder): string {
  folders += 1
  const folder = join(data.scratch, `house-${folders}`)
  cpSync(from, folder, { recursive: true })
  return folder
}

/** What is there once the house has begun again, and once the same is done again. */
function lookInto(folder: string, again: MakerAct | null = null): Record<string, unknown[]> {
  const { house, close } = openMakers(folder)
  if (again !== null) {
    try {
      MAKER_ACTS[again](house)
    } catch (error) {
      // What is done already may be refused, by a code and its sentence; nothing else may be wrong with it.
      expect(String(error)).toMatch(/^Error: [a-z_]+: /)
    }
  }
  const seen = lookAtMakers(house)
  expect(disagreements(house)).toEqual([])
  close()
  return seen
}

/** The folder as a kill would leave it at each moment at which something is written. */
function leftAtEachMoment(act: MakerAct): string[] {
  const folder = another()
  const left: string[] = []
  let isDoing = false
  const { house, close } = openMakers(folder, (db) => watchWrites(db, () => isDoing && left.push(another(folder))))
  isDoing = true
  MAKER_ACTS[act](house)
  isDoing = false
  close()
  return left
}

async function killed(folder: string, act: MakerAct, moment: string, nth: number): Promise<boolean> {
  const program = join(import.meta.dirname, 'makers-process.ts')
  const words = ['--disable-warning=ExperimentalWarning', program, folder, act, moment, String(nth)]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'inherit'] })
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null]
  return signal === 'SIGKILL'
}

describe.each(ACTS)('a house that is killed while %s', (act) => {
  let before: Record<string, unknown[]>
  let after: Record<string, unknown[]>
  beforeAll(() => {
    before = lookInto(another())
    after = lookInto(another(), act)
    expect(after).not.toEqual(before)
  })

  const holds = (folder: string, when: string) => {
    const seen = lookInto(folder)
    if (!IN_STEPS.includes(act)) expect([before, after], when).toContainEqual(seen)
    expect(lookInto(folder, act), when).toEqual(after)
  }

  it('at any moment is as before or as after, and nothing is doubled when it is done again', () => {
    const left = leftAtEachMoment(act)
    expect(left.length).toBeGreaterThan(3)
    for (const [at, folder] of left.entries()) holds(folder, `${at + 1} of ${left.length}`)
  }, 300_000)

  it('with a real kill, too', async () => {
    let kills = 0
    for (const [moment, nth] of KILLED) {
      const folder = another()
      if (await killed(folder, act, moment, nth)) kills += 1
      holds(folder, `${moment} ${nth}`)
    }
    expect(kills).toBeGreaterThan(2)
  }, 300_000)
})
