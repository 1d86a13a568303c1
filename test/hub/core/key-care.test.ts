import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { KeyCare } from '../../../hub/core/key-care.ts'
import { KeyFolder } from '../../../hub/secrets/key-folder.ts'
import { backupFile } from '../../../hub/store/places.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { silentLog } from '../../../shared/log.ts'

let folder: string
let keys: KeyFolder
let clock: ManualClock
let care: KeyCare
let asked = 0
/** Whether backups succeed. */
let hasRoom = true

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lares-key-care-'))
  keys = new KeyFolder(join(folder, 'keys'))
  clock = new ManualClock()
  asked = 0
  hasRoom = true
  mkdirSync(join(folder, 'backups'))
  care = new KeyCare({ keys, backUp, backups: join(folder, 'backups'), clock, log: silentLog })
})
afterEach(() => rmSync(folder, { recursive: true }))

async function backUp(): Promise<void> {
  asked += 1
  clock.advance(1_000)
  if (hasRoom) writeFileSync(backupFile(join(folder, 'backups'), clock.now()), '')
}

const ids = () => keys.read().map(({ id }) => id)

describe('the care of keys', () => {
  it('makes the first key at the first start, and none at the next', () => {
    care.start()
    const [first] = ids()
    expect(first).toMatch(/^k1-/)
    care.start()
    expect(ids()).toEqual([first])
  })

  it('makes none beside keys that others could read, and does not fail for it', () => {
    const id = keys.make()
    chmodSync(join(keys.path, `${id}.key`), 0o644)
    care.start()
    chmodSync(join(keys.path, `${id}.key`), 0o600)
    expect(ids()).toEqual([id])
  })

  it('removes a key that nothing needs once a backup was made without it', async () => {
    const [old, newer] = [keys.make(), keys.make()]
    await backUp()
    clock.advance(1)
    await care.unneeded([old])
    expect([ids(), asked]).toEqual([[newer], 2])
  })

  it('keeps it while the newest backup is of a clock that was ahead, and until there is a newer one', async () => {
    const [old, newer] = [keys.make(), keys.make()]
    writeFileSync(backupFile(join(folder, 'backups'), clock.now() + 3_600_000), '')
    await care.unneeded([old])
    expect([ids(), asked]).toEqual([[newer, old], 0])
    clock.advance(3_600_001)
    await care.unneeded([old])
    expect([ids(), asked]).toEqual([[newer], 1])
  })

  it('keeps it while no backup succeeds: the newest one may have to take the place of the database', async () => {
    const [old, newer] = [keys.make(), keys.make()]
    hasRoom = false
    await care.unneeded([old])
    await care.unneeded([old])
    expect([ids(), asked]).toEqual([[newer, old], 2])
    // One that was made for another reason will do.
    hasRoom = true
    await backUp()
    await care.unneeded([old])
    expect([ids(), asked]).toEqual([[newer], 3])
  })
})
