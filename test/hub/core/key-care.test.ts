import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { KeyCare } from '../../../hub/core/key-care.ts'
import { Health } from '../../../hub/health/hub-health.ts'
import { KeyFolder } from '../../../hub/secrets/key-folder.ts'
import { silentLog } from '../../../shared/log.ts'
import { NOT_ROOT, withoutRoot } from '../../without-root.ts'

let folder: string
let keys: KeyFolder
let health: Health
let care: KeyCare
let asked = 0
/** Whether backups succeed. */
let hasRoom = true

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lares-key-care-'))
  keys = new KeyFolder(join(folder, 'keys'))
  health = new Health()
  asked = 0
  hasRoom = true
  care = new KeyCare({ keys, backUp, health, log: silentLog })
})
afterEach(() => rmSync(folder, { recursive: true }))

async function backUp(): Promise<string | null> {
  asked += 1
  return hasRoom ? 'hub.db' : null
}

const ids = () => keys.read().map(({ id }) => id)
const problems = () => health.report(0, true).problems

/** Tells it of keys that nothing needs where the hub's user may read them and nothing else, as on a read-only mount. */
async function unneededAndLocked(...keysToGo: string[]): Promise<void> {
  chmodSync(folder, 0o755)
  const taken = [keys.path, ...ids().map((id) => keys.fileOf(id))]
  if (process.geteuid?.() === 0) for (const path of taken) chownSync(path, NOT_ROOT, NOT_ROOT)
  chmodSync(keys.path, 0o500)
  await withoutRoot(() => care.unneeded(keysToGo))
  chmodSync(keys.path, 0o700)
}

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

  it('makes a key that is wanted once, and none where a newer one is', () => {
    const old = keys.make()
    care.wanted('k2-aaaaaaaa')
    care.wanted('k2-aaaaaaaa')
    expect(ids()).toEqual(['k2-aaaaaaaa', old])
    keys.remove(old)
    care.wanted('k1-aaaaaaaa')
    care.wanted('k2-bbbbbbbb')
    expect(ids()).toEqual(['k2-aaaaaaaa'])
  })

  it('says in the health why a key that is wanted cannot be made, with what to do, until it is', () => {
    keys.make()
    chmodSync(keys.path, 0o755)
    care.wanted('k2-aaaaaaaa')
    expect(health.report(0, true).problems).toEqual([
      {
        code: 'unsafe_key',
        message: expect.stringMatching(/^no new key can be made: .* must be private$/),
        hint: expect.stringContaining('chmod 700'),
      },
    ])
    chmodSync(keys.path, 0o700)
    care.wanted('k2-aaaaaaaa')
    expect(health.report(0, true).problems).toEqual([])
    expect(ids()[0]).toBe('k2-aaaaaaaa')
  })

  it('says so no longer once no key is wanted any more, as when a person put it there', () => {
    keys.make()
    chmodSync(keys.path, 0o755)
    care.wanted('k2-aaaaaaaa')
    expect(problems()).toHaveLength(1)
    care.wanted(null)
    expect(problems()).toEqual([])
  })

  it('removes a key that nothing needs once a backup was made without it', async () => {
    const [old, newer] = [keys.make(), keys.make()]
    await care.unneeded([old])
    expect([ids(), asked]).toEqual([[newer], 1])
  })

  it('keeps it while no backup succeeds: the newest one may have to take the place of the database', async () => {
    const [old, newer] = [keys.make(), keys.make()]
    hasRoom = false
    await care.unneeded([old])
    await care.unneeded([old])
    expect([ids(), asked]).toEqual([[newer, old], 2])
    hasRoom = true
    await care.unneeded([old])
    expect([ids(), asked]).toEqual([[newer], 3])
  })

  it('makes one backup for a key that cannot be removed, and says so with what to do until it is gone', async () => {
    const [old, newer] = [keys.make(), keys.make()]
    for (let minutes = 0; minutes < 3; minutes++) await unneededAndLocked(old)
    expect([ids(), asked]).toEqual([[newer, old], 1])
    expect(problems()).toEqual([
      {
        code: 'old_key_stays',
        message: expect.stringMatching(
          /^a key that nothing needs any more cannot be removed: the user .* may not use /,
        ),
        hint: expect.stringContaining(`sudo rm ${keys.fileOf(old)}. `),
      },
    ])
    await care.unneeded([old])
    expect([ids(), asked, problems()]).toEqual([[newer], 1, []])
  })

  it('makes a backup for each key that nothing needs since the last one', async () => {
    const [first, second, newest] = [keys.make(), keys.make(), keys.make()]
    await unneededAndLocked(first)
    await unneededAndLocked(first, second)
    expect([ids(), asked]).toEqual([[newest, second, first], 2])
    expect(problems()[0]?.message).toMatch(/^2 keys that nothing needs any more cannot be removed: /)
    // Something needed it in between.
    await care.unneeded([])
    await care.unneeded([first])
    expect([ids(), asked]).toEqual([[newest, second], 3])
  })

  it('says no longer that a key stays when a person removed it', async () => {
    const [old] = [keys.make(), keys.make()]
    await unneededAndLocked(old)
    expect(problems()).toHaveLength(1)
    rmSync(keys.fileOf(old))
    await care.unneeded([])
    expect(problems()).toEqual([])
  })
})
