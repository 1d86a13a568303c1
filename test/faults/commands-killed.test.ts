import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { liveCommands, runsFile } from './lib/commands-life.ts'
import { makeDataFolder } from './lib/data-folder.ts'

/** Every step of a command, in order, at which power may go. */
const MOMENTS = [
  'before it is given',
  'after it is given',
  'before the device hears it',
  'while the device runs it',
  'after the device ran it',
  'before the result is taken',
  'after the result is taken',
] as const

describe('a command whose house and device are killed', () => {
  let data: ReturnType<typeof makeDataFolder>
  beforeEach(() => {
    data = makeDataFolder()
  })
  afterEach(() => data.remove())

  async function killed(moment: string, ...give: string[]): Promise<void> {
    const program = join(import.meta.dirname, 'commands-process.ts')
    const words = ['--disable-warning=ExperimentalWarning', program, data.folder, moment, ...give]
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'inherit'] })
    const [, signal] = (await once(child, 'exit')) as [number | null, string | null]
    expect(signal).toBe('SIGKILL')
  }

  const live = () => liveCommands({ folder: data.folder, give: false, at: () => {} })
  const runs = () =>
    existsSync(runsFile(data.folder)) ? readFileSync(runsFile(data.folder), 'utf8').split('\n').length - 1 : 0

  it.each(MOMENTS)('%s runs once, and is not lost', async (moment) => {
    await killed(moment, 'give')
    const states = await live()
    if (moment === 'before it is given') expect([states, runs()]).toEqual([[], 0])
    // Nobody knows whether the device got through with it, and it is not tried again.
    else if (moment === 'while the device runs it') expect([states, runs()]).toEqual([['failed'], 1])
    else expect([states, runs()]).toEqual([['completed'], 1])
    expect([await live(), runs()]).toEqual([states, runs()])
  })

  it('at one step after the other runs once all the same', async () => {
    await killed('after it is given', 'give')
    for (const moment of ['before the device hears it', 'after the device ran it', 'before the result is taken'])
      await killed(moment)
    expect([await live(), runs()]).toEqual([['completed'], 1])
  })
})
