import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RESTORED_COPY, writeBackup } from '../../../hub/store/backup.ts'
import { noteDamage } from '../../../hub/store/check-mark.ts'
import { restoreDatabase } from '../../../hub/store/maintenance.ts'
import { openStore } from '../../../hub/store/open-store.ts'
import { backupFolder, storeFile } from '../../../hub/store/places.ts'
import { ROLLUP_STEPS, rollupPosition } from '../../../hub/store/rollup-positions.ts'
import { ROLLUPS_SINCE } from '../../../hub/store/rollups-in-copies.ts'
import { silentLog } from '../../../shared/log.ts'
import { openTestHouse, START, type TestHouse } from '../engine/engine-in-memory.ts'
import { leavesOf, spoil } from './damage.ts'

const HOUR_MS = 3_600_000
/** In a message, so that readings fill more than one page. */
const AT_ONCE = 10

let folder: string
let house: TestHouse

/** A new house in a folder, and the one that a start makes of what lies there. */
const opened = (now: number) => openTestHouse({ db: openStore({ folder, now, log: silentLog }).db, now })

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lares-settings-'))
  house = opened(START)
  house.device('garden-esp', 'mqtt')
})
afterEach(() => {
  house.db.close()
  rmSync(folder, { recursive: true, force: true })
})

/** An hour with a message every minute, and the second in which it is rolled up. */
function live(): void {
  for (let minute = 0; minute < 60; minute++) {
    house.send(['lares/garden-esp/readings', { items: Array.from({ length: AT_ONCE }, () => item(minute)) }])
    house.tick(60_000)
  }
  house.tick(1_000)
}

const item = (value: number) => ({ sensor: 's', value })
const back = (copies = 1) => {
  for (let nth = 0; nth < copies; nth++)
    writeBackup({ source: storeFile(folder), folder: backupFolder(folder), now: house.now + nth })
}

/** The hub ends, loses its settings and the end of a table, and starts again. */
function damaged(...ends: string[]): void {
  const file = storeFile(folder)
  house.db.close()
  const lost = [...leavesOf(file, 'hub_settings'), ...ends.map((table) => leavesOf(file, table).at(-1) ?? 0)]
  for (const leaf of lost) spoil(file, leaf)
  noteDamage(file, 'somebody met damage')
  house = opened(house.now)
}

const counted = () => house.all('SELECT step, sum(count) AS n FROM reading_rollups GROUP BY step ORDER BY step')
const positions = () => ROLLUP_STEPS.map(({ key }) => rollupPosition(house.db, key))

describe('settings that a house lost', () => {
  it('have no reading rolled up twice, and none left out, though the backup is older than the rollups', () => {
    live()
    back()
    live()
    const [before, at] = [counted(), positions()]
    damaged()
    expect(positions().map(({ upto, span }) => [upto, span])).toEqual(at.map(({ upto, span }) => [upto, span]))
    house.tick(1_000)
    expect(counted()).toEqual(before)
    live()
    expect(counted()).toEqual(before.map(({ step, n }) => ({ step, n: Number(n) + 60 * AT_ONCE })))
  })

  it('count readings as rolled up that were lost as well: central may have both', () => {
    live()
    back()
    live()
    const [newest] = house.all<{ id: number }>('SELECT max(id) AS id FROM readings')
    damaged('readings')
    for (const { upto } of positions()) expect(upto).toBeGreaterThanOrEqual(newest?.id ?? 0)
  })

  it('count as rolled up what came before the last hour, where the newest rollups are lost as well', () => {
    live()
    back()
    live()
    house.send(['lares/garden-esp/readings', { items: [item(1)] }])
    const at = positions()
    damaged('reading_rollups')
    expect(positions().map(({ upto, span }) => [upto, span])).toEqual(at.map(({ upto, span }) => [upto, span]))
  })

  it('do not take from a backup what that says of itself, and the house can be restored from a copy', () => {
    live()
    live()
    back(3)
    damaged()
    const said = `SELECT key FROM hub_settings WHERE key IN ('${RESTORED_COPY}', '${ROLLUPS_SINCE}')`
    // That it is a copy to central is what the salvage says, because the settings were lost.
    expect(house.all(said)).toEqual([{ key: RESTORED_COPY }])
    const before = counted()
    house.db.close()
    const copy = join(folder, 'kept-by-somebody.db')
    copyFileSync(storeFile(folder), copy)
    const told: string[] = []
    restoreDatabase(folder, copy, { now: house.now + HOUR_MS, told: (what) => told.push(what) })
    house = opened(house.now)
    expect([counted(), told]).toEqual([before, []])
  })

  it('leave a house that never rolled anything up without a position', () => {
    back()
    damaged()
    expect(positions().map(({ upto }) => upto)).toEqual([0, 0])
  })
})
