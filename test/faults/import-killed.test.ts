import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { KeyFolder } from '../../hub/secrets/key-folder.ts'
import { Keyring } from '../../hub/secrets/keyring.ts'
import { storeFile, usualKeyFolder } from '../../hub/store/places.ts'
import { type HubProcess, startHub } from '../../scripts/lib/bench/hub-process.ts'
import { ROOT } from '../source-tree.ts'
import { makeDataFolder } from './lib/data-folder.ts'
import type { KillMoment } from './lib/kill-moment.ts'
import { killedAt } from './lib/killed-at.ts'

const ROWS = 1_000
/** More than a loaded machine takes for anything here. */
const PATIENCE = { timeout: 180_000, interval: 5 }

let data: ReturnType<typeof makeDataFolder>
let hub: HubProcess | null = null
let list: string
beforeEach(() => {
  data = makeDataFolder()
  list = join(data.scratch, 'old.csv')
  const rows = Array.from({ length: ROWS }, (_, at) => `Lamp ${at};light;Philips;{"token":"t${at}"};Room ${at % 7}\n`)
  writeFileSync(list, `name;type;brand;api_config;room\n${rows.join('')}`)
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

interface Counted {
  rows: number
  outcomes: Record<string, number>
}

/** The command as a person types it. */
function importList(): Promise<{ code: number | null; err: string; counted: Counted | null }> {
  return new Promise((resolve, reject) => {
    const words = ['import', 'devices', list, '--data', data.folder, '--json']
    const child = spawn(join(ROOT, 'lares'), words, { stdio: ['ignore', 'pipe', 'pipe'] })
    const [out, err]: [Buffer[], Buffer[]] = [[], []]
    child.stdout.on('data', (bytes: Buffer) => out.push(bytes))
    child.stderr.on('data', (bytes: Buffer) => err.push(bytes))
    child.once('close', (code) => {
      const text = Buffer.concat(out).toString()
      try {
        const counted = text === '' ? null : (JSON.parse(text) as Counted)
        resolve({ code, err: Buffer.concat(err).toString(), counted })
      } catch (error) {
        reject(error)
      }
    })
  })
}

function withDatabase<T>(use: (db: Sqlite.Database) => T): T {
  const db = new Sqlite(storeFile(data.folder))
  try {
    return use(db)
  } finally {
    db.close()
  }
}

/** How many devices, rows of lists and credentials there are, each of which belongs to one of the others. */
const stored = () =>
  withDatabase((db) => {
    const count = (sql: string) => db.prepare(sql).pluck().get() as number
    return [
      count("SELECT count(*) FROM devices WHERE discovery_method = 'legacy_migration'"),
      count('SELECT count(DISTINCT device_id) FROM imported_devices'),
      count('SELECT count(*) FROM devices d JOIN device_credentials c ON c.id = d.credentials_id'),
      count('SELECT count(*) FROM device_credentials'),
    ]
  })

/** The token of each device, opened, with the room that it is in. */
function opened(): string[] {
  const keys = new KeyFolder(usualKeyFolder(data.folder))
  const keyring = new Keyring(() => keys.read())
  const rows = withDatabase((db) =>
    db
      .prepare(
        'SELECT d.name, r.name AS room, c.id, c.encrypted_data FROM devices d JOIN rooms r ON r.id = d.room_id JOIN device_credentials c ON c.id = d.credentials_id',
      )
      .all(),
  ) as Record<'name' | 'room' | 'id' | 'encrypted_data', string>[]
  return rows
    .map(({ name, room, id, encrypted_data }) => {
      const at = { table: 'device_credentials', column: 'encrypted_data', row: id }
      return `${name} ${room} ${keyring.open(encrypted_data, at)}`
    })
    .sort()
}

const all = Array.from({ length: ROWS }, (_, at) => `Lamp ${at} Room ${at % 7} {"/token":"t${at}"}`).sort()

describe('an import whose hub is killed', () => {
  it('again and again loses nothing, makes nothing twice, and is finished by the same words', async () => {
    let done = 0
    for (let kills = 0; kills < 3; kills += 1) {
      await start()
      const importing = importList()
      await vi.waitFor(() => expect(stored()[0]).toBeGreaterThan(done), PATIENCE)
      await hub?.kill()
      const { code, err } = await importing
      const [devices = 0, ...others] = stored()
      expect(others).toEqual([devices, devices, devices])
      // It may have been through before it was killed.
      if (devices < ROWS) expect([code, err]).toEqual([4, expect.stringContaining('unreachable')])
      done = Math.min(devices, ROWS - 1)
    }
    await start()
    const { code, counted } = await importList()
    expect([code, counted?.rows]).toEqual([0, ROWS])
    expect((counted?.outcomes.same ?? 0) + (counted?.outcomes.new ?? 0)).toBe(ROWS)
    expect((await importList()).counted?.outcomes).toEqual({ same: ROWS })
    await hub?.stop()
    expect(stored()).toEqual([ROWS, ROWS, ROWS, ROWS])
    expect(opened()).toEqual(all)
  })

  it.each([
    ['before a device', { in: 'sqlite', text: 'INSERT INTO devices ' }],
    ['between a device and what it is known by', { in: 'sqlite', text: 'INSERT INTO imported_devices' }],
    ['before the answer', { in: 'sqlite', text: 'INSERT OR REPLACE INTO request_memory' }],
  ] satisfies [string, KillMoment][])('%s has done nothing, and is finished by the same words', async (_, moment) => {
    const killed = await start(moment)
    const first = await importList()
    expect([await killed.ended, first.code]).toEqual(['SIGKILL', 4])
    expect(stored()).toEqual([0, 0, 0, 0])
    await start()
    expect((await importList()).counted?.outcomes).toEqual({ new: ROWS })
    await hub?.stop()
    expect(opened()).toEqual(all)
  })
})
