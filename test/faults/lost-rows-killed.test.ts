import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { noteDamage } from '../../hub/store/check-mark.ts'
import { openStore } from '../../hub/store/open-store.ts'
import { storeFile } from '../../hub/store/places.ts'
import { type HubProcess, startHub } from '../../scripts/lib/bench/hub-process.ts'
import { silentLog } from '../../shared/log.ts'
import { SURVIVES_KILL, useCentral } from '../central/postgres-servers.ts'
import { openTestHouse } from '../hub/engine/engine-in-memory.ts'
import { leavesOf, spoil } from '../hub/store/damage.ts'
import { houseRows } from '../hub/sync/faults/sync-house.ts'
import { addSite, rows } from '../hub/sync/house-with-central.ts'
import { makeDataFolder } from './lib/data-folder.ts'
import { lookInto } from './lib/house-to-erase.ts'
import type { KillMoment } from './lib/kill-moment.ts'
import { killedAt } from './lib/killed-at.ts'

/** More than a loaded machine takes for anything here. */
const PATIENCE = { timeout: 60_000, interval: 50 }
const READINGS = 4_000
const EVENTS = 300
const AT_CENTRAL = 'lares_row_bytes'

/** Every step by which lost rows come back, in order. What is not committed at one of them is done by the next start. */
const MOMENTS: readonly [name: string, moment: KillMoment][] = [
  ['before it notes what was lost', { in: 'sqlite', text: 'INSERT INTO lost_rows' }],
  ['before central is asked', { in: 'central', text: AT_CENTRAL, when: 'before' }],
  ['when central has answered', { in: 'central', text: AT_CENTRAL, when: 'committed' }],
  ['before a row is there', { in: 'sqlite', text: 'ON CONFLICT (id) DO NOTHING' }],
  ['before the index has them', { in: 'sqlite', text: 'INSERT OR IGNORE INTO reading_index' }],
  ['before it says how far it is', { in: 'sqlite', text: 'UPDATE lost_rows SET position' }],
  ['before it says that all are back', { in: 'sqlite', text: 'DELETE FROM lost_rows' }],
]

let data: ReturnType<typeof makeDataFolder>
let hub: HubProcess | null = null
beforeEach(() => {
  data = makeDataFolder()
})
afterEach(async () => {
  await hub?.kill()
  hub = null
  data.remove()
})

/** A house that measured of late, and has some events. */
function fillHouse(folder: string): void {
  const now = Date.now()
  const store = openStore({ folder, now, log: silentLog })
  const house = openTestHouse({ db: store.db, now })
  house.device('pi-a1b2c3')
  houseRows(house.db).measure(READINGS, now - 7_200_000)
  house.db.exec(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ${EVENTS}) ` +
      'INSERT INTO events (device_id, event_type, category, title, description, source, timestamp, created_at, updated_at) ' +
      `SELECT 'pi-a1b2c3', 'button', 'device', 'Button ' || i, hex(randomblob(80)), 'device', ${now} - i, ${now} - i, ${now} - i FROM n`,
  )
  store.close()
}

describe('a hub that is killed while lost rows come back', () => {
  const central = useCentral('18', { settings: SURVIVES_KILL })

  it('has each of them once, whenever that was', async () => {
    const admin = await central.migrated()
    const { url, site } = await addSite(admin, 'home')
    const file = storeFile(data.folder)
    const start = async (moment?: KillMoment) => {
      hub = await startHub({
        folder: data.folder,
        config: `log = "error"\n[central]\nurl = "${url}"\n`,
        env: killedAt(moment),
      })
      return hub
    }
    const all = <T>(sql: string): T[] => lookInto(file, (house) => house.all<T>(sql))
    const measured = () =>
      all('SELECT id, series_id, reading_time, received_at, value, quality FROM readings ORDER BY id')
    const happened = () => all("SELECT * FROM events WHERE event_type = 'button' ORDER BY id")
    const there = async (table: string) =>
      (await rows(admin, `SELECT 1 FROM lares.${table} WHERE site_id = $1`, [site])).length
    fillHouse(data.folder)
    const before = [measured(), happened()]
    await start()
    await vi.waitFor(async () => {
      expect(await there('readings')).toBe(READINGS)
      expect(await there('events')).toBeGreaterThanOrEqual(EVENTS)
    }, PATIENCE)
    await hub?.stop()
    const leaves = leavesOf(file, 'readings')
    for (const leaf of [leaves.at(3), leaves.at(20), leavesOf(file, 'events').at(2)]) spoil(file, leaf ?? 0)
    noteDamage(file, 'somebody met damage')

    for (const [name, moment] of MOMENTS) {
      // A hub that dies before it listens says so by having started in vain.
      const ended = await start(moment).then(
        (killed) => killed.ended,
        () => 'SIGKILL',
      )
      expect(ended, name).toBe('SIGKILL')
      expect(
        lookInto(file, ({ db }) => db.pragma('integrity_check', { simple: true })),
        name,
      ).toBe('ok')
      expect(measured().length, name).toBeLessThan(READINGS + (moment.text.startsWith('DELETE') ? 1 : 0))
    }
    await start()
    await vi.waitFor(
      () => expect(all("SELECT 1 FROM events WHERE event_type = 'lost_rows_back'")).toHaveLength(1),
      PATIENCE,
    )
    expect([measured(), happened()]).toEqual(before)
    expect(all('SELECT * FROM lost_rows')).toEqual([])
    expect(await there('readings')).toBe(READINGS)
    expect(all("SELECT json_extract(value, '$.epoch') AS epoch FROM hub_settings WHERE key = 'sync'")).toEqual([
      { epoch: 1 },
    ])
  }, 180_000)
})
