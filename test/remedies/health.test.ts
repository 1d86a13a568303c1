import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { asPattern } from './lib/as-pattern.ts'
import { found } from './lib/central.ts'
import { lares } from './lib/lares.ts'
import { type RunningHub, remove, startHub } from './lib/running-hub.ts'

const folder = mkdtempSync(join(tmpdir(), 'lares-hub-'))
let hub: RunningHub | null = null

afterAll(async () => {
  await hub?.stop()
  remove(folder)
}, 60_000)

/** What `lares hub --data` of the folder, or a restart of its service, does. */
async function restarted(): Promise<void> {
  await hub?.stop()
  hub = await startHub({ folder })
}

/** Asks for the health of the hub and is refused with this remedy. */
async function refused(hint: string): Promise<string> {
  const { code, err } = await lares(`hub health --data ${folder}`)
  expect(code, err).not.toBe(0)
  expect(err).toMatch(asPattern(hint))
  return err
}

const isWell = async () => expect(await lares(`hub health --data ${folder}`)).toMatchObject({ code: 0, err: '' })

describe('the health of a hub', () => {
  it('that never ran, does not run or left a damaged file is told when it was started as the text says', async () => {
    const text = await refused('Start it: lares hub --data DIR.')
    expect(found(text, /Start it: (lares hub --data) DIR\./)).toBe('lares hub --data')
    await restarted()
    await isWell()
    await hub?.stop()
    hub = null
    await refused('Is it running? Look at its journal: journalctl -u lares-hub.')
    await restarted()
    await isWell()
    writeFileSync(join(folder, 'hub.ports.json'), '{')
    await refused('Restart the hub: it writes the file anew.')
    await restarted()
    await isWell()
  }, 60_000)

  it('and other questions to a running hub are put before the options', async () => {
    if (hub === null) await restarted()
    const { code, err } = await lares(`hub --data ${folder} status`)
    expect(code, err).not.toBe(0)
    expect(err).toMatch(asPattern('Write it before the options: lares hub … --data DIR.'))
    const line = found(err, /options: (lares .*)\. \[/).replace('DIR', folder)
    expect(await lares(line)).toMatchObject({ code: 0, err: '' })
  }, 60_000)
})
