import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openHouseEngine } from '../../../hub/core/house-engine.ts'
import { backupDatabase } from '../../../hub/store/maintenance.ts'
import { openStore } from '../../../hub/store/open-store.ts'
import { storeFile } from '../../../hub/store/places.ts'
import { silentLog } from '../../../shared/log.ts'
import { Checkpointer } from '../../../shared/sqlite/checkpoint.ts'
import { hasLog, logBelongs } from '../../../shared/sqlite/log-stamp.ts'
import { topicsBelow } from '../../../shared/topics.ts'
import { seededRandom } from '../../faults/lib/seeded-random.ts'

const NOW = Date.UTC(2026, 0, 1)
const [LOG_HEADER, FRAME_HEADER, PAGE] = [32, 24, 4_096]
let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lares-stamp-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

/** A hub's engine over a folder, that writes and checkpoints when it is told to. */
function openHouse(folder: string) {
  const store = openStore({ folder, now: NOW, log: silentLog })
  const { db, stamp } = store
  const engine = openHouseEngine({ db, topics: topicsBelow('lares'), log: silentLog, version: 'test', stamp })
  const receipt = { now: NOW, clockSynced: true }
  engine.start(receipt)
  const checkpointer = new Checkpointer(db, { stamp })
  return {
    db,
    /** A transaction of the engine that writes one row and does not touch page 1. */
    write: () => engine.probe(receipt),
    idle: () => engine.tick(receipt),
    /** One that makes the file grow. */
    grow: () => db.exec('INSERT INTO hub_settings (key, value) VALUES (hex(randomblob(8)), hex(zeroblob(20000)))'),
    checkpoint: () => checkpointer.run(),
    close: () => store.close(),
    /** As kill -9 leaves it: what is on disk, in another folder. */
    crashed(name: string) {
      const other = join(root, name)
      mkdirSync(other)
      for (const suffix of ['', '-wal', '-running'])
        if (existsSync(storeFile(folder) + suffix)) copyFileSync(storeFile(folder) + suffix, storeFile(other) + suffix)
      return other
    },
  }
}

describe('the log of a database', () => {
  it('is known as its own at every moment of a life of writes, checkpoints and restarts', () => {
    const random = seededRandom(11)
    const folder = join(root, 'house')
    let house = openHouse(folder)
    for (let step = 0; step < 120; step += 1) {
      const dice = random()
      if (dice < 0.45) house.write()
      else if (dice < 0.65) house.grow()
      else if (dice < 0.75) house.idle()
      else if (dice < 0.95) house.checkpoint()
      else {
        house.close()
        house = openHouse(folder)
      }
      const crash = house.crashed(`crash-${step}`)
      expect({ step, belongs: logBelongs(storeFile(crash)) }).toEqual({ step, belongs: true })
      rmSync(crash, { recursive: true })
    }
    house.close()
  })

  it('is known while a checkpoint has moved only a part of it, or all but its own end', () => {
    const house = openHouse(join(root, 'house'))
    house.checkpoint()
    const before = house.crashed('before')
    house.write()
    house.grow()
    const during = house.crashed('during')
    house.checkpoint()
    const after = house.crashed('after')
    // Page 1 may have been moved already or not, while the log is still there.
    for (const main of [before, during, after]) {
      copyFileSync(`${storeFile(during)}-wal`, join(root, 'log'))
      copyFileSync(storeFile(main), join(root, 'main'))
      copyFileSync(join(root, 'log'), join(root, 'main-wal'))
      expect(logBelongs(join(root, 'main'))).toBe(true)
    }
    house.close()
  })

  it("is not that of an earlier copy of the same file, of a whole copy, of a copy's later life, or of another house", () => {
    const folder = join(root, 'house')
    let house = openHouse(folder)
    house.checkpoint()
    const earlier = house.crashed('earlier')
    rmSync(`${storeFile(earlier)}-wal`, { force: true })
    house.write()
    house.checkpoint()
    house.write()
    const whole = backupDatabase(folder, join(root, 'whole.db'))
    house.close()
    const branch = join(root, 'branch')
    cpSync(folder, branch, { recursive: true })
    const other = openHouse(branch)
    other.write()
    other.close()
    house = openHouse(folder)
    house.write()
    const crash = storeFile(house.crashed('crash'))
    house.close()
    const stranger = openHouse(join(root, 'stranger'))
    stranger.close()
    expect(logBelongs(crash)).toBe(true)
    expect(hasLog(crash)).toBe(true)
    for (const main of [storeFile(earlier), whole, storeFile(branch), storeFile(join(root, 'stranger'))]) {
      copyFileSync(main, crash)
      expect([main, logBelongs(crash)]).toEqual([main, false])
    }
  })

  it('costs no commit of its own: a house in which nothing happens writes nothing after a checkpoint', () => {
    const house = openHouse(join(root, 'house'))
    // What is done once after a start, a step a second: the search indexes are filled, then compared.
    for (let second = 0; second < 10; second += 1) house.idle()
    house.checkpoint()
    const stamp = house.db.pragma('application_id', { simple: true })
    for (let second = 0; second < 5; second += 1) house.idle()
    expect(house.db.pragma('application_id', { simple: true })).toBe(stamp)
    house.write()
    expect(house.db.pragma('application_id', { simple: true })).not.toBe(stamp)
    house.close()
  })

  it('is read as far as SQLite replays it, wherever it was torn or a byte of it is wrong', () => {
    const house = openHouse(join(root, 'house'))
    house.checkpoint()
    house.write()
    house.grow()
    const crash = storeFile(house.crashed('crash'))
    house.close()
    const log = readFileSync(`${crash}-wal`)
    const main = readFileSync(crash)
    /** Frames that SQLite takes from the log. */
    const replayed = () => {
      writeFileSync(crash, main)
      rmSync(`${crash}-shm`, { force: true })
      const db = new Sqlite(crash)
      const [found] = db.pragma('wal_checkpoint(PASSIVE)') as { log: number }[]
      db.close()
      return found?.log ?? 0
    }
    const end = LOG_HEADER + replayed() * (FRAME_HEADER + PAGE)
    expect(end).toBeGreaterThan(LOG_HEADER)
    const seen = new Set<boolean>()
    // Beyond its end lies what is left of the log before, and nothing there makes a difference.
    for (const at of [...steps(0, end, 1_013), ...steps(end, log.length, 200_003)]) {
      for (const torn of [log.subarray(0, at), flipped(log, at)]) {
        writeFileSync(crash, main)
        writeFileSync(`${crash}-wal`, torn)
        const ours = hasLog(crash)
        expect({ at, belongs: logBelongs(crash) }).toEqual({ at, belongs: true })
        expect({ at, ours }).toEqual({ at, ours: replayed() > 0 })
        seen.add(ours)
      }
    }
    expect(seen.size).toBe(2)
  }, 120_000)
})

function steps(from: number, to: number, by: number): number[] {
  return Array.from({ length: Math.ceil((to - from) / by) }, (_, index) => from + index * by)
}

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[at] = (copy[at] ?? 0) ^ 0xff
  return copy
}
