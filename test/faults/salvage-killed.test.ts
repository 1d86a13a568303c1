import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { noteDamage } from '../../hub/store/check-mark.ts'
import { openStore } from '../../hub/store/open-store.ts'
import { storeFile } from '../../hub/store/places.ts'
import { salvageFile } from '../../hub/store/salvage.ts'
import { readReport } from '../../hub/store/salvage-report.ts'
import { silentLog } from '../../shared/log.ts'
import { houseWithReadings, leavesOf, READINGS, spoil } from '../hub/store/damage.ts'
import { makeDataFolder } from './lib/data-folder.ts'
import { buildShim, shimTrouble } from './lib/shim.ts'

const ROOT = join(import.meta.dirname, '../..')
const CUT_STATUS = 86

let data: ReturnType<typeof makeDataFolder>
let ready: string

beforeEach(() => {
  data = makeDataFolder()
  // Two pages of readings are rubbish, and one of an index.
  ready = join(data.scratch, 'ready')
  houseWithReadings(ready)
  const leaves = leavesOf(storeFile(ready), 'readings')
  spoil(storeFile(ready), leaves[3] ?? 0)
  spoil(storeFile(ready), leaves.at(-2) ?? 0)
  spoil(storeFile(ready), leavesOf(storeFile(ready), 'ix_events_created_at')[0] ?? 0)
  noteDamage(storeFile(ready), 'somebody met damage')
})
afterEach(() => data.remove())

function reset(): void {
  rmSync(data.folder, { recursive: true, force: true })
  cpSync(ready, data.folder, { recursive: true, preserveTimestamps: true })
}

/** Opens the database and closes it, in a process of its own. */
function open(env: Record<string, string>, killer: string | null = null) {
  const preload = killer === null ? [] : ['--import', join(import.meta.dirname, 'lib', killer)]
  const command = [...preload, join(ROOT, 'cli/main.ts'), 'hub', 'migrate', '--data', data.folder]
  return spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', ...command], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
  })
}

/** The next start has every row but those of the two pages, and says so; the damaged file lies beside it, once. */
function expectMended(): void {
  const store = openStore({ folder: data.folder, now: 2, log: silentLog })
  const report = readReport(store.db)
  expect(store.db.pragma('integrity_check', { simple: true })).toBe('ok')
  const lost = report?.lost ?? []
  expect(lost.map(({ table }) => table)).toEqual(['readings', 'readings'])
  const rows = lost.reduce((sum, { after, before }) => sum + ((before ?? READINGS + 1) - after - 1), 0)
  const count = (table: string) => store.db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()
  expect([count('readings'), count('events'), count('devices')]).toEqual([READINGS - rows, 2_001, 2])
  expect(rows).toBeLessThan(500)
  store.close()
  const names = readdirSync(data.folder)
  expect(names.filter((name) => /salvage|\.part|\.next-/.test(name))).toEqual([])
  expect(names.filter((name) => /^hub\.db\.damaged-\d+$/.test(name))).toHaveLength(1)
}

describe('the saving of a damaged database that is killed', () => {
  it('before the commit of any of its transactions is brought to its end by the next start', () => {
    let began = 0
    for (let transaction = 1; ; transaction += 4) {
      reset()
      const { signal, status } = open({ LARES_KILL_AT_TRANSACTION: String(transaction) }, 'kill-at-transaction.ts')
      if (signal === null) {
        expect(status).toBe(0)
        break
      }
      if (existsSync(salvageFile(storeFile(data.folder)))) began += 1
      expectMended()
    }
    expect(began).toBeGreaterThan(8)
    expectMended()
  })

  it('before any change of a file or folder is brought to its end by the next start', () => {
    let kills = 0
    for (let step = 1; ; step += 1) {
      reset()
      if (open({ LARES_KILL_AT_STEP: String(step) }, 'kill-at-step.ts').signal === null) break
      kills += 1
      expectMended()
    }
    expect(kills).toBeGreaterThan(5)
  })

  it.skipIf(shimTrouble !== null)('by a power cut at any sync is brought to its end by the next start', () => {
    const shim = buildShim('power-cut')
    let cuts = 0
    for (let sync = 1; ; sync += 23) {
      reset()
      const { status } = open({
        LD_PRELOAD: shim,
        LARES_POWER_CUT_FOLDER: data.folder,
        LARES_POWER_CUT_AFTER_SYNCS: String(sync),
        LARES_POWER_CUT_KEEP: 'some',
        LARES_POWER_CUT_SEED: String(sync),
      })
      if (status !== CUT_STATUS) {
        expect(status).toBe(0)
        break
      }
      cuts += 1
      expectMended()
    }
    expect(cuts).toBeGreaterThan(3)
  })
})
