import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { finishRestore } from '../../hub/core/finish-restore.ts'
import { openStore } from '../../hub/store/open-store.ts'
import { silentLog } from '../../shared/log.ts'
import { houseToPack, make } from '../hub/archive/house-to-pack.ts'
import { makeDataFolder } from './lib/data-folder.ts'
import { buildShim, shimTrouble } from './lib/shim.ts'

const ROOT = join(import.meta.dirname, '../..')
const BESIDE = join(import.meta.dirname, 'lib/restore-beside.ts')
const KILLER = join(import.meta.dirname, 'lib/kill-at-step.ts')
const CUT_STATUS = 86

let data: ReturnType<typeof makeDataFolder>
let archive: string
let ready: string

beforeEach(async () => {
  data = makeDataFolder()
  const stick = join(data.scratch, 'stick')
  mkdirSync(stick)
  const packed = houseToPack(join(data.scratch, 'old'))
  const made = await make(join(data.scratch, 'old'), { kind: 'folder', folder: stick }, { passphrase: null })
  archive = join(stick, made.name)
  packed.close()
  // Another house, with a file of each kind.
  ready = join(data.scratch, 'ready')
  const other = houseToPack(ready)
  other.db.exec("UPDATE houses SET name = 'New'")
  other.close()
  for (const name of ['tls.key', 'tls.crt', 'clips/2026-11-30/0123456789abcdefghjk.wav', 'central.url'])
    writeFileSync(join(ready, name), 'New')
})
afterEach(() => data.remove())

function reset(): void {
  rmSync(data.folder, { recursive: true, force: true })
  cpSync(ready, data.folder, { recursive: true })
}

function restore(env: Record<string, string> = {}, nodeArguments: string[] = []) {
  const words = ['hub', 'restore', '--from', archive, '--replace', '--data', data.folder]
  return spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', ...nodeArguments, join(ROOT, 'cli/main.ts'), ...words],
    { env: { ...process.env, ...env }, encoding: 'utf8' },
  )
}

/** As a hub does it that runs. */
function restoreBeside(env: Record<string, string> = {}) {
  return spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--import', KILLER, BESIDE, data.folder, archive],
    { env: { ...process.env, ...env }, encoding: 'utf8' },
  )
}

/** What the next start finds: one of the two houses, and nothing of the other one in its place. */
function nextStart(): 'Old' | 'New' {
  finishRestore(data.folder)
  const store = openStore({ folder: data.folder, now: 2, log: silentLog })
  const name = store.db.prepare('SELECT name FROM houses').pluck().get()
  expect(store.db.prepare('SELECT count(*) FROM readings').pluck().get()).toBe(3)
  expect(store.toTell).toEqual([])
  store.close()
  const house = name === 'Home' ? 'Old' : 'New'
  expect(readFileSync(join(data.folder, 'tls.key'), 'utf8')).toBe(house === 'Old' ? 'the key' : 'New')
  expect(readFileSync(join(data.folder, 'tls.crt'), 'utf8')).toBe(house === 'Old' ? 'the certificate' : 'New')
  const clip = readFileSync(join(data.folder, 'clips/2026-11-30/0123456789abcdefghjk.wav'))
  expect(clip.length).toBe(house === 'Old' ? 70_001 : 3)
  expect(existsSync(join(data.folder, 'central.url'))).toBe(house === 'New')
  const key = readdirSync(join(house === 'Old' ? join(data.scratch, 'old') : ready, 'keys'))
  expect(readdirSync(join(data.folder, 'keys'))).toEqual(key)
  const left = readdirSync(data.folder).filter((one) => /^(?:restoring\.|restored-\d)|\.part/.test(one))
  expect(left).toEqual([])
  const asides = readdirSync(data.folder).filter((one) => /^hub\.db\.aside-\d+$/.test(one))
  expect(asides).toHaveLength(house === 'Old' ? 1 : 0)
  for (const aside of asides) {
    expect(readFileSync(join(data.folder, aside.replace('hub.db', 'tls.key')), 'utf8')).toBe('New')
    const before = new Sqlite(join(data.folder, aside), { readonly: true })
    expect(before.prepare('SELECT name FROM houses').pluck().get()).toBe('New')
    before.close()
  }
  return house
}

describe('a restore of an archive that is killed', () => {
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
    expect(found.join(' ')).toMatch(/^(New ){5,}(Old ?){10,}$/)
  })

  it('at any step while a hub runs leaves one of the two houses, whole, and the next start brings it to its end', () => {
    const found: string[] = []
    for (let step = 1; ; step += 1) {
      reset()
      const { signal, status, stderr } = restoreBeside({ LARES_KILL_AT_STEP: String(step) })
      if (signal === null) {
        expect([status, stderr]).toEqual([0, ''])
        break
      }
      found.push(nextStart())
    }
    expect(nextStart()).toBe('Old')
    expect(found.join(' ')).toMatch(/^(New ){5,}(Old ?){10,}$/)
  })

  it('is brought to its end when it is run again, at whatever step it was killed', () => {
    for (let step = 3; ; step += 7) {
      reset()
      if (restore({ LARES_KILL_AT_STEP: String(step) }, ['--import', KILLER]).signal === null) break
      expect(restore().status).toBe(0)
      const store = openStore({ folder: data.folder, now: 2, log: silentLog })
      expect(store.db.prepare('SELECT name FROM houses').pluck().get()).toBe('Home')
      store.close()
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
        nextStart()
      }
      expect(cuts).toBeGreaterThan(5)
    },
  )
})
