import { readdirSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { neededKeys, sealedColumns } from '../../hub/features/secrets/sealed-rows.ts'
import { KeyFolder } from '../../hub/secrets/key-folder.ts'
import { Keyring } from '../../hub/secrets/keyring.ts'
import { secretAt } from '../../hub/secrets/secret-reader.ts'
import { storeFile, usualKeyFolder } from '../../hub/store/places.ts'
import { type HubProcess, startHub } from '../../scripts/lib/bench/hub-process.ts'
import { LocalAdmin } from '../../scripts/lib/bench/local-admin.ts'
import { makeDataFolder } from './lib/data-folder.ts'
import type { KillMoment } from './lib/kill-moment.ts'
import { killedAt } from './lib/killed-at.ts'

/** Each step from a request to its key: what was done until then is kept, what follows is not. */
const MOMENTS: readonly [name: string, moment: KillMoment][] = [
  ['before it is promised', { in: 'sqlite', text: 'INSERT OR REPLACE INTO request_memory' }],
  ['before it is made', { in: 'files', text: '/k2-', when: 'before' }],
  ['when it is made', { in: 'files', text: '/k2-', when: 'after' }],
  ['before it is seen', { in: 'sqlite', text: 'DELETE FROM hub_settings WHERE key = @wanted' }],
]
/** Five transactions, a second apart. */
const SECRETS = 450
/** More than a loaded machine takes for anything here. */
const PATIENCE = { timeout: 180_000, interval: 20 }

let data: ReturnType<typeof makeDataFolder>
let hub: HubProcess | null = null
let keys: KeyFolder
beforeEach(() => {
  data = makeDataFolder()
  keys = new KeyFolder(usualKeyFolder(data.folder))
})
afterEach(async () => {
  await hub?.kill()
  hub = null
  data.remove()
})

/** `moment`: when it is killed. */
async function start(moment?: KillMoment): Promise<HubProcess> {
  hub = await startHub({
    folder: data.folder,
    env: killedAt(moment),
  })
  return hub
}

/** `id`: of the request, which may be one that was made before. Default: a new one. */
async function rotate(id: string | null = null): Promise<string> {
  const admin = await LocalAdmin.open(hub?.ports.socket ?? '')
  admin.requestId = id
  const { key } = await admin.call<{ key: string }>('secrets', 'rotate')
  admin.close()
  return key
}

function withDatabase<T>(use: (db: Sqlite.Database) => T): T {
  const db = new Sqlite(storeFile(data.folder))
  try {
    return use(db)
  } finally {
    db.close()
  }
}

const nameOf = (n: number) => `secret-${n}`
/** How many values need each key. */
const needed = () => withDatabase((db) => Object.fromEntries(neededKeys(db, sealedColumns())))

function fill(): void {
  const keyring = new Keyring(() => keys.read())
  withDatabase((db) => {
    const insert = db.prepare('INSERT INTO secrets VALUES (?, ?, 1, 1)')
    db.transaction(() => {
      for (let n = 0; n < SECRETS; n++)
        insert.run(nameOf(n), keyring.seal(Buffer.from(`token ${n}`), secretAt(nameOf(n))))
    })()
  })
}

/** What the secrets hold, opened with the keys that lie there. */
function opened(): string[] {
  const keyring = new Keyring(() => keys.read())
  const rows = withDatabase((db) => db.prepare('SELECT name, value FROM secrets').all()) as {
    name: string
    value: string
  }[]
  return rows.map(({ name, value }) => `${name} ${keyring.open(value, secretAt(name))}`).sort()
}

describe('a change of the key', () => {
  it('that is killed again and again loses nothing, comes to its end, and only then removes the old key', async () => {
    await start()
    await hub?.stop()
    fill()
    const [old = ''] = keys.read().map(({ id }) => id)
    const before = opened()
    await start()
    const key = await rotate()
    let moved = 0
    for (let kills = 0; kills < 2; kills++) {
      await vi.waitFor(() => expect(needed()[key] ?? 0).toBeGreaterThan(moved), PATIENCE)
      await hub?.kill()
      moved = needed()[key] ?? 0
      expect(needed()[old]).toBe(SECRETS - moved)
      expect(opened()).toEqual(before)
      await start()
    }
    await vi.waitFor(() => expect(readdirSync(keys.path)).toEqual([`${key}.key`]), PATIENCE)
    expect(needed()).toEqual({ [key]: SECRETS })
    expect(opened()).toEqual(before)
  })

  it('that was killed when it had its key and nothing else is brought to its end by the next start', async () => {
    await start()
    await hub?.stop()
    fill()
    const before = opened()
    const key = keys.make()
    await start()
    await vi.waitFor(() => expect(readdirSync(keys.path)).toEqual([`${key}.key`]), PATIENCE)
    expect(opened()).toEqual(before)
  })

  it.each(MOMENTS)('is made once although the hub is killed %s, and whoever asked asks again', async (_, moment) => {
    await start()
    await hub?.stop()
    const [old = ''] = keys.read().map(({ id }) => id)
    const killed = await start(moment)
    const first = rotate('once').catch(() => null)
    expect(await killed.ended).toBe('SIGKILL')
    await first
    await start()
    const key = await rotate('once')
    expect(key).toMatch(/^k2-/)
    await vi.waitFor(() => expect(readdirSync(keys.path)).toEqual([`${key}.key`]), PATIENCE)
    // All is over, and the broker gives it once more.
    expect(await rotate('once')).toBe(key)
    await hub?.stop()
    expect([readdirSync(keys.path), key === old]).toEqual([[`${key}.key`], false])
  })
})
