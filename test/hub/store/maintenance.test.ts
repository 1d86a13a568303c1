import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { backupDatabase, restoreDatabase } from '../../../hub/store/maintenance.ts'
import { openStore } from '../../../hub/store/open-store.ts'
import { storeFile } from '../../../hub/store/places.ts'
import { LaresError } from '../../../shared/errors.ts'
import { silentLog } from '../../../shared/log.ts'
import { PAGE_SIZE } from '../../../shared/sqlite/page-size.ts'

const NOW = 1_000
const NOBODY = 65_534
if (process.getuid?.() !== 0) console.warn('Whom root leaves files to is tested by root only.')
let root: string
let folder: string

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'lares-maintenance-')))
  folder = join(root, 'data')
  mkdirSync(folder)
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const file = () => storeFile(folder)

function openHouse(at: string) {
  return openStore({ folder: at, now: NOW, log: silentLog })
}

/** A folder with one house of this name, ended cleanly. */
function makeHouse(at: string, name: string): void {
  const store = openHouse(at)
  store.db.prepare('INSERT INTO houses (id, name, created_at, updated_at) VALUES (?, ?, 1, 1)').run(name, name)
  store.close()
}

/** The same, ended by kill -9: what was committed last is in the log alone. */
function makeKilledHouse(at: string, name: string): void {
  mkdirSync(join(root, name))
  const store = openHouse(join(root, name))
  store.db.pragma('wal_checkpoint(TRUNCATE)')
  store.db.exec('BEGIN')
  store.db.prepare('INSERT INTO houses (id, name, created_at, updated_at) VALUES (?, ?, 1, 1)').run(name, name)
  store.stamp.write()
  store.db.exec('COMMIT')
  for (const suffix of ['', '-wal', '-running'])
    copyFileSync(storeFile(join(root, name)) + suffix, storeFile(at) + suffix)
  store.close()
}

function houses(at: string): unknown[] {
  const store = openHouse(at)
  const names = store.db.prepare('SELECT name FROM houses ORDER BY name').pluck().all()
  store.close()
  return names
}

function housesOf(database: string): unknown[] {
  const db = new Sqlite(database)
  try {
    return db.prepare('SELECT name FROM houses ORDER BY name').pluck().all()
  } finally {
    db.close()
  }
}

function refusal(run: () => unknown): LaresError {
  try {
    run()
  } catch (error) {
    if (error instanceof LaresError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

/** Runs as a user who owns nothing here; one who is not root is that already. */
function asNobody<T>(run: () => T): T {
  if (process.getuid?.() !== 0) return run()
  process.seteuid?.(NOBODY)
  try {
    return run()
  } finally {
    process.seteuid?.(0)
  }
}

const parts = (at: string) => readdirSync(at).filter((name) => name.includes('.part'))

describe('lares hub backup', () => {
  beforeEach(() => makeHouse(folder, 'Home'))

  it('copies no job that may be run once and may have been run since, but as one that failed', () => {
    const { db, ...store } = openHouse(folder)
    for (const [key, delivery] of [
      ['letter', 'at_least_once'],
      ['siren', 'at_most_once'],
    ])
      db.prepare(
        "INSERT INTO jobs (kind, key, state, delivery, payload, idempotency_key, ready_at, ready_mono, enqueued_at) VALUES ('k', ?, 'waiting', ?, '{}', 'i', 0, 0, 1)",
      ).run(key, delivery)
    const copy = new Sqlite(backupDatabase(folder, join(root, 'whole.db')))
    const states = 'SELECT key, state, last_code FROM jobs ORDER BY key'
    expect(copy.prepare(states).raw().all()).toEqual([
      ['letter', 'waiting', null],
      ['siren', 'failed', 'outcome_unknown'],
    ])
    expect(db.prepare('SELECT DISTINCT state FROM jobs').pluck().all()).toEqual(['waiting'])
    copy.close()
    store.close()
  })

  it('copies no name of the life of this database: rows that either stores from now on are not the other one', () => {
    const { db, ...store } = openHouse(folder)
    db.prepare(
      "INSERT INTO followers (name, kind, table_name, stored_at, position, epoch, is_wanted, hold_days, hold_rows) VALUES ('f', 'outside', 'readings', 'received_at', 7, 'e', 1, 1, 1)",
    ).run()
    const copy = new Sqlite(backupDatabase(folder, join(root, 'whole.db')))
    const lives = 'SELECT position, epoch FROM followers'
    expect([copy, db].map((one) => one.prepare(lives).raw().get())).toEqual([
      [7, null],
      [7, 'e'],
    ])
    copy.close()
    store.close()
  })

  it.each(['hub.db', 'hub.db-wal', 'tls.key', 'new.db'])(
    'never writes %s of the data folder, whether it is there or not',
    (name) => {
      if (name !== 'new.db' && !existsSync(join(folder, name))) writeFileSync(join(folder, name), 'precious')
      const before = existsSync(join(folder, name)) ? readFileSync(join(folder, name)) : null
      for (const replace of [false, true]) {
        const { code, message } = refusal(() => backupDatabase(folder, join(folder, name), { replace }))
        expect([code, message]).toEqual(['bad_params', expect.stringContaining('data folder')])
      }
      expect(existsSync(join(folder, name)) ? readFileSync(join(folder, name)) : null).toEqual(before)
    },
  )

  it('is not led into the data folder by a link', () => {
    symlinkSync(folder, join(root, 'elsewhere'))
    expect(refusal(() => backupDatabase(folder, join(root, 'elsewhere/hub.db'))).code).toBe('bad_params')
    symlinkSync(file(), join(root, 'link.db'))
    expect(refusal(() => backupDatabase(folder, join(root, 'link.db'), { replace: true })).code).toBe('bad_params')
    expect(lstatSync(join(root, 'link.db')).isSymbolicLink()).toBe(true)
    expect(housesOf(file())).toEqual(['Home'])
  })

  it('never overwrites what is no copy of a hub, with --replace neither', () => {
    const photo = join(root, 'photo.jpg')
    writeFileSync(photo, 'precious')
    for (const replace of [false, true])
      expect(refusal(() => backupDatabase(folder, photo, { replace })).code).toBe('already_exists')
    expect(readFileSync(photo, 'utf8')).toBe('precious')
    expect(readdirSync(root).sort()).toEqual(['data', 'photo.jpg'])
  })

  it('writes over an earlier copy when its hint is taken', () => {
    const copy = join(root, 'copy.db')
    backupDatabase(folder, copy)
    const again = refusal(() => backupDatabase(folder, copy))
    expect([again.code, again.hint]).toEqual(['already_exists', expect.stringContaining('--replace')])
    makeHouse(folder, 'Second')
    expect(backupDatabase(folder, copy, { replace: true })).toBe(copy)
    expect(housesOf(copy)).toEqual(['Home', 'Second'])
  })

  it('says what is wrong with a place, and its remedy works', () => {
    const missing = refusal(() => backupDatabase(folder, join(root, 'far/away.db')))
    expect([missing.code, missing.hint]).toEqual(['not_found', `Make it: mkdir -p ${join(root, 'far')}`])
    mkdirSync(join(root, 'far'))
    backupDatabase(folder, join(root, 'far/away.db'))
    const into = refusal(() => backupDatabase(folder, join(root, 'far')))
    expect([into.code, into.message]).toEqual(['bad_params', expect.stringContaining('is a folder')])
    expect(refusal(() => backupDatabase(folder, '/dev/null')).code).toBe('bad_params')
  })

  it("keeps away from the names of the hub's own copies, which come and go", () => {
    mkdirSync(join(folder, 'backups'))
    expect(refusal(() => backupDatabase(folder, join(folder, 'backups/hub-0000000001000.db'))).code).toBe('bad_params')
    expect(backupDatabase(folder, join(folder, 'backups/whole.db'))).toBe(join(folder, 'backups/whole.db'))
  })

  it('that does not pass its check leaves the earlier copy in its place, and no half-written file', () => {
    const copy = join(root, 'copy.db')
    backupDatabase(folder, copy)
    const before = readFileSync(copy)
    const db = new Sqlite(file())
    const page = Number(db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'events'").pluck().get())
    db.close()
    const bytes = readFileSync(file())
    bytes.fill(0x5a, (page - 1) * PAGE_SIZE, page * PAGE_SIZE)
    writeFileSync(file(), bytes)
    expect(() => backupDatabase(folder, copy, { replace: true })).toThrow()
    expect(readFileSync(copy)).toEqual(before)
    expect(parts(root)).toEqual([])
  })

  it('does not copy a database that another log would change', () => {
    makeKilledHouse(folder, 'Killed')
    const whole = join(root, 'whole.db')
    makeHouse(join(root, 'other'), 'Other')
    copyFileSync(storeFile(join(root, 'other')), file())
    expect(refusal(() => backupDatabase(folder, whole)).message).toContain('log of another database')
    expect(existsSync(whole)).toBe(false)
  })
})

describe('lares hub restore', () => {
  let copy: string

  beforeEach(() => {
    makeHouse(join(root, 'source'), 'Old')
    copy = backupDatabase(join(root, 'source'), join(root, 'copy.db'))
  })

  it('over a folder whose hub was killed brings the old house back, and sets the other aside whole', () => {
    makeKilledHouse(folder, 'New')
    const aside = restoreDatabase(folder, copy, { now: NOW })
    expect(houses(folder)).toEqual(['Old'])
    expect(housesOf(aside ?? '')).toEqual(['New'])
    expect(parts(folder)).toEqual([])
  })

  it('into an empty folder, as on a new card, says that nothing was there', () => {
    expect(restoreDatabase(folder, copy, { now: NOW })).toBeNull()
    expect(houses(folder)).toEqual(['Old'])
    expect(statSync(file()).mode & 0o777).toBe(0o600)
  })

  it('takes a database from the folder of a killed hub with what is in its log', () => {
    mkdirSync(join(root, 'card'))
    makeKilledHouse(join(root, 'card'), 'Card')
    restoreDatabase(folder, storeFile(join(root, 'card')), { now: NOW })
    expect(houses(folder)).toEqual(['Card'])
  })

  it('twice in one moment keeps what both set aside', () => {
    makeHouse(folder, 'First')
    const first = restoreDatabase(folder, copy, { now: NOW })
    const second = restoreDatabase(folder, first ?? '', { now: NOW })
    expect(second).not.toBe(first)
    expect([houses(folder), housesOf(first ?? ''), housesOf(second ?? '')]).toEqual([['First'], ['First'], ['Old']])
  })

  it.each<[string, string, RegExp, (source: string) => void]>([
    ['a file that is not there', 'not_found', /there is no file/, () => {}],
    ['a folder', 'bad_params', /is a folder/, (source) => mkdirSync(source)],
    ['an empty file', 'bad_params', /is empty/, (source) => writeFileSync(source, '')],
    ['something else', 'bad_params', /is no SQLite database/, (source) => writeFileSync(source, 'x'.repeat(9_000))],
    [
      "somebody else's database",
      'bad_params',
      /no hub's/,
      (source) => new Sqlite(source).exec('CREATE TABLE t (x)').close(),
    ],
    [
      'a copy that was cut off',
      'corrupt_database',
      /is damaged/,
      (source) => writeFileSync(source, readFileSync(copy).subarray(0, 50_000)),
    ],
    [
      'a copy from a newer version',
      'newer_schema',
      /9999_future/,
      (source) => {
        copyFileSync(copy, source)
        const db = new Sqlite(source)
        db.exec("INSERT INTO schema_migrations VALUES ('9999_future', 'x', 1)")
        db.close()
      },
    ],
  ])('of %s says precisely that, and changes nothing', (_what, code, message, make) => {
    makeHouse(folder, 'Present')
    const before = readFileSync(file())
    const source = join(root, 'given.db')
    make(source)
    const error = refusal(() => restoreDatabase(folder, source, { now: NOW }))
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)])
    expect(readFileSync(file())).toEqual(before)
    expect(readdirSync(folder).filter((name) => name.startsWith('hub.db'))).toEqual(['hub.db'])
  })

  it('of a file that may not be read says who may not', () => {
    chmodSync(root, 0o755)
    chmodSync(folder, 0o777)
    chmodSync(copy, 0o000)
    const error = asNobody(() => refusal(() => restoreDatabase(folder, copy, { now: NOW })))
    expect([error.code, error.message, error.hint]).toEqual([
      'no_permission',
      expect.stringContaining(copy),
      expect.stringContaining('sudo'),
    ])
  })

  it.skipIf(process.getuid?.() !== 0)('by root leaves everything to the owner of the data folder', () => {
    chownSync(folder, NOBODY, NOBODY)
    restoreDatabase(folder, copy, { now: NOW })
    mkdirSync(join(folder, 'upgrades'))
    backupDatabase(folder, join(folder, 'upgrades/before.sqlite'))
    for (const name of ['hub.db', 'lock.db', 'upgrades/before.sqlite'])
      expect([name, statSync(join(folder, name)).uid]).toEqual([name, NOBODY])
  })

  it('of the database itself is refused', () => {
    makeHouse(folder, 'Present')
    expect(refusal(() => restoreDatabase(folder, file(), { now: NOW })).message).toContain(
      'is the database that is in use',
    )
  })
})

describe('a copy that somebody put over the database of a killed hub', () => {
  it('comes up as what was copied, and the log that lay there is kept and told of', () => {
    makeHouse(join(root, 'source'), 'Old')
    const copy = backupDatabase(join(root, 'source'), join(root, 'copy.db'))
    makeKilledHouse(folder, 'New')
    copyFileSync(copy, file())
    const store = openHouse(folder)
    expect(store.db.prepare('SELECT name FROM houses').pluck().all()).toEqual(['Old'])
    expect(store.toTell).toEqual([
      expect.stringMatching(/write-ahead log that is not this database's.*-wal\.foreign-1000$/),
    ])
    store.close()
  })
})
