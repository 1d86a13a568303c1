import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as soon } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { restoreArchive } from '../../../hub/archive/restore-archive.ts'
import { storeFile } from '../../../hub/store/places.ts'
import { houseToPack, make, PASSPHRASE } from './house-to-pack.ts'

let base: string
let folder: string
let stick: string

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'lares-archive-'))
  folder = join(base, 'house')
  stick = join(base, 'stick')
  mkdirSync(stick)
})
afterEach(() => rmSync(base, { recursive: true, force: true }))

const place = () => ({ kind: 'folder', folder: stick }) as const

/** Settings of so many megabytes. */
function fill(db: Sqlite.Database, megabytes: number): void {
  const insert = db.prepare("INSERT INTO hub_settings (key, value) VALUES ('fill-' || ?, ?)")
  db.transaction(() => {
    for (let row = 0; row < megabytes * 16; row += 1) insert.run(row, JSON.stringify('x'.repeat(62_000)))
  })()
}

describe('an archive that is made while the house stores', () => {
  it('has all that was acknowledged before it began, is one moment, and nothing waits for it', async () => {
    const { db, close } = houseToPack(folder)
    fill(db, 30)
    const insert = db.prepare('INSERT INTO readings (series_id, reading_time, received_at, value) VALUES (1, ?, 1, ?)')
    const change = db.prepare("UPDATE devices SET updated_at = ? WHERE id = 'd'")
    let stored = 3
    let longestMs = 0
    const store = db.transaction((value: number) => {
      insert.run(value + 10, value)
      change.run(value)
    })
    const storeOne = () => {
      const before = performance.now()
      store(stored + 1)
      longestMs = Math.max(longestMs, performance.now() - before)
      stored += 1
      // As the engine does: what can be moved is moved, whoever reads.
      if (stored % 500 === 0) db.pragma('wal_checkpoint(PASSIVE)')
    }
    for (let row = 0; row < 2_000; row += 1) storeOne()
    const before = stored
    let over = false
    const making = make(folder, place(), { passphrase: null }).finally(() => {
      over = true
    })
    while (!over) {
      for (let row = 0; row < 20; row += 1) storeOne()
      await soon()
    }
    const { name } = await making
    const after = stored
    close()

    const empty = join(base, 'empty')
    const { manifest } = await restoreArchive(empty, {
      source: join(stick, name),
      now: 5,
      passphrase: async () => PASSPHRASE,
    })
    const copy = new Sqlite(storeFile(empty), { readonly: true })
    const values = copy.prepare('SELECT value FROM readings ORDER BY id').pluck().all() as number[]
    // Every commit is in it or none of it is: the reading and the device that it came from.
    expect(copy.prepare("SELECT updated_at FROM devices WHERE id = 'd'").pluck().get()).toBe(values.length)
    expect(values).toEqual(values.map((_, at) => at + 1))
    expect(manifest.rows.readings).toBe(values.length)
    expect(values.length).toBeGreaterThanOrEqual(before)
    // It went on meanwhile, and what came later is where it was stored.
    expect(after).toBeGreaterThan(values.length)
    copy.close()
    const house = new Sqlite(storeFile(folder), { readonly: true })
    expect(house.prepare('SELECT count(*) FROM readings').pluck().get()).toBe(after)
    house.close()
    expect(longestMs).toBeLessThan(2_000)
  })

  it('holds no more of it in memory at any time than a fixed amount', async () => {
    const { db, close } = houseToPack(folder)
    fill(db, 100)
    db.pragma('wal_checkpoint(TRUNCATE)')
    const { bytes, peakBytes } = await made()
    close()
    expect(bytes).toBeGreaterThan(100e6)
    expect(peakBytes).toBeLessThan(240e6)
  })
})

/** Makes one and watches its process; `VmHWM` is the most that it ever had. */
async function made(): Promise<{ bytes: number; peakBytes: number }> {
  let peakBytes = 0
  const { bytes } = await make(folder, place(), {
    progress() {
      for (const child of childrenOf(process.pid)) peakBytes = Math.max(peakBytes, peakOf(child))
    },
  })
  return { bytes, peakBytes }
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
}

function peakOf(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1_024
  } catch {
    return 0 // it has just ended
  }
}
