import { spawnSync } from 'node:child_process'
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { backupDatabase } from '../../hub/store/maintenance.ts'
import { openStore } from '../../hub/store/open-store.ts'
import { storeFile } from '../../hub/store/places.ts'
import { silentLog } from '../../shared/log.ts'
import { makeDataFolder } from './lib/data-folder.ts'
import { buildShim, shimTrouble } from './lib/shim.ts'

const ROOT = join(import.meta.dirname, '../..')
const KILLER = join(import.meta.dirname, 'lib/kill-at-step.ts')
const CUT_STATUS = 86
const ROWS = 400

let data: ReturnType<typeof makeDataFolder>
let copy: string
let ready: string

beforeEach(() => {
  data = makeDataFolder()
  // An old house, and the copy of it that is restored.
  const old = join(data.scratch, 'old')
  fill(old, 'Old').close()
  copy = backupDatabase(old, join(data.scratch, 'copy.db'))
  // A new one, whose hub was killed: half of it lies in the log alone.
  ready = join(data.scratch, 'ready')
  mkdirSync(ready)
  const live = join(data.scratch, 'live')
  const store = fill(live, 'New')
  for (const suffix of ['', '-wal', '-running']) copyFileSync(storeFile(live) + suffix, storeFile(ready) + suffix)
  store.close()
})
afterEach(() => data.remove())

/** Half of the rows are in the database's file and half in its log. */
function fill(folder: string, name: string) {
  const store = openStore({ folder, now: 1, log: silentLog })
  const { db, stamp } = store
  const insert = db.prepare('INSERT INTO hub_settings (key, value) VALUES (?, ?)')
  const half = (first: number) => {
    db.exec('BEGIN')
    for (let row = first; row < first + ROWS / 2; row += 1) insert.run(`row-${row}`, name.repeat(20))
    stamp.write()
    db.exec('COMMIT')
  }
  half(0)
  db.pragma('wal_checkpoint(TRUNCATE)')
  stamp.due()
  half(ROWS / 2)
  return store
}

function reset(): void {
  rmSync(data.folder, { recursive: true, force: true })
  cpSync(ready, data.folder, { recursive: true })
}

function restore(env: Record<string, string>, nodeArguments: string[] = []) {
  const command = [...nodeArguments, join(ROOT, 'cli/main.ts'), 'hub', 'restore', '--from', copy, '--data', data.folder]
  return spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', ...command], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
  })
}

/** Whose rows a database has, and that it has all of them and none of the other's. */
function wholeHouseOf(db: Sqlite.Database): string {
  const values = db.prepare("SELECT value FROM hub_settings WHERE key LIKE 'row-%'").pluck().all() as string[]
  expect(values).toHaveLength(ROWS)
  expect(new Set(values).size).toBe(1)
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
  return String(values[0]).slice(0, 3)
}

/** What the next start finds: one of the two houses, whole; and when it is the old one, the new one whole beside it. */
function nextStart(): string {
  const store = openStore({ folder: data.folder, now: 2, log: silentLog })
  const house = wholeHouseOf(store.db)
  expect(store.toTell).toEqual([])
  store.close()
  const names = readdirSync(data.folder)
  expect(names.filter((name) => /\.part|\.next-/.test(name))).toEqual([])
  const asides = names.filter((name) => /^hub\.db\.aside-\d+$/.test(name))
  expect(asides).toHaveLength(house === 'Old' ? 1 : 0)
  for (const name of asides) {
    const aside = new Sqlite(join(data.folder, name))
    expect(wholeHouseOf(aside)).toBe('New')
    aside.close()
  }
  return house
}

describe('a restore that is killed', () => {
  it('at any step leaves one of the two houses, whole, and the next start brings it to its end', () => {
    const found: string[] = []
    for (let step = 1; ; step += 1) {
      reset()
      const { signal, status, stderr } = restore({ LARES_KILL_AT_STEP: String(step) }, ['--import', KILLER])
      if (signal === null) {
        expect([status, stderr]).toEqual([0, ''])
        break
      }
      found.push(nextStart())
    }
    expect(nextStart()).toBe('Old')
    // First nothing is decided, then it is, and it is never taken back.
    expect(found.join(' ')).toMatch(/^(New ){3,}(Old ?){5,}$/)
  })

  it('is brought to its end when it is run again, at whatever step it was killed', () => {
    for (let step = 2; ; step += 3) {
      reset()
      if (restore({ LARES_KILL_AT_STEP: String(step) }, ['--import', KILLER]).signal === null) break
      expect(restore({}).status).toBe(0)
      const store = openStore({ folder: data.folder, now: 2, log: silentLog })
      expect(wholeHouseOf(store.db)).toBe('Old')
      store.close()
      expect(existsSync(`${storeFile(data.folder)}-running`)).toBe(false)
    }
  })

  it.skipIf(shimTrouble !== null).each(['none', 'some'])(
    'by a power cut at any sync, with %s of what was not synced, leaves one of the two houses, whole',
    (keep) => {
      const shim = buildShim('power-cut')
      let cuts = 0
      for (let sync = 1; ; sync += 1) {
        reset()
        const { status } = restore({
          LD_PRELOAD: shim,
          LARES_POWER_CUT_FOLDER: data.folder,
          LARES_POWER_CUT_AFTER_SYNCS: String(sync),
          LARES_POWER_CUT_KEEP: keep,
          LARES_POWER_CUT_SEED: String(sync),
        })
        if (status !== CUT_STATUS) {
          expect(status).toBe(0)
          break
        }
        cuts += 1
        expect(['Old', 'New']).toContain(nextStart())
      }
      expect(cuts).toBeGreaterThan(3)
    },
  )
})
