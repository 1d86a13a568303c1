import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { backupDatabase } from '../../hub/store/maintenance.ts'
import { type HubProcess, startHub } from '../../scripts/lib/bench/hub-process.ts'
import { makeDataFolder } from './lib/data-folder.ts'
import { makeFleet } from './lib/fleet.ts'
import { healthOf } from './lib/hub-health.ts'
import { seededRandom } from './lib/seeded-random.ts'

let old: ReturnType<typeof makeDataFolder>
let card: ReturnType<typeof makeDataFolder>
let running: HubProcess | null = null

beforeEach(() => {
  old = makeDataFolder()
  card = makeDataFolder()
})
afterEach(async () => {
  await running?.kill()
  old.remove()
  card.remove()
})

async function start(folder: string): Promise<HubProcess> {
  running = await startHub({ folder, config: 'log = "warn"\n' })
  return running
}

function devicesOf(folder: string): unknown[] {
  const db = new Sqlite(join(folder, 'hub.db'), { readonly: true })
  try {
    return db.prepare('SELECT id FROM devices ORDER BY id').pluck().all()
  } finally {
    db.close()
  }
}

describe('an old house that is copied by hand onto a card whose new hub was killed', () => {
  it.each([
    ['a copy made by lares hub backup', (folder: string) => backupDatabase(folder, join(old.scratch, 'copy.db'))],
    ['the file of a hub that was stopped', (folder: string) => join(folder, 'hub.db')],
  ])('comes back with its devices from %s, and the hub says what it set aside', async (_what, copy) => {
    const first = await start(old.folder)
    await makeFleet(first, 2, seededRandom(5))
    expect(await first.stop()).toBe(0)
    const devices = devicesOf(old.folder)
    expect(devices).toHaveLength(2)

    const fresh = await start(card.folder)
    await makeFleet(fresh, 3, seededRandom(6))
    expect(await fresh.kill()).toBe('SIGKILL')

    copyFileSync(copy(old.folder), join(card.folder, 'hub.db'))
    const again = await start(card.folder)
    expect((await healthOf(again)).problems).toContainEqual(
      expect.objectContaining({ code: 'set_aside', message: expect.stringContaining('-wal.foreign-') }),
    )
    expect(await again.stop()).toBe(0)
    expect(devicesOf(card.folder)).toEqual(devices)
  })
})
