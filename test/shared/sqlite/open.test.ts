import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { LaresError } from '../../../shared/errors.ts'
import { lockFolder } from '../../../shared/sqlite/lock.ts'
import { checkSqliteVersion, isCorruption, isDiskFault, openDatabase, sqliteCode } from '../../../shared/sqlite/open.ts'

const folder = mkdtempSync(join(tmpdir(), 'lares-open-'))
afterAll(() => rmSync(folder, { recursive: true }))

function thrown(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  return null
}

describe('opening a database', () => {
  it('asks for durability by name and reads it back', () => {
    const db = openDatabase({ file: join(folder, 'a.db') })
    const pragma = (name: string) => db.pragma(name, { simple: true })
    expect(
      Object.fromEntries(
        [
          'journal_mode',
          'synchronous',
          'foreign_keys',
          'busy_timeout',
          'mmap_size',
          'temp_store',
          'trusted_schema',
        ].map((name) => [name, pragma(name)]),
      ),
    ).toEqual({
      journal_mode: 'wal',
      synchronous: 2,
      foreign_keys: 1,
      busy_timeout: 5_000,
      mmap_size: 0,
      temp_store: 2,
      trusted_schema: 0,
    })
    expect(statSync(join(folder, 'a.db')).mode & 0o777).toBe(0o600)
    db.close()
  })

  it('refuses to go on when SQLite keeps another setting than the one that was asked for', () => {
    // Half a millisecond is no time that SQLite can wait.
    const error = thrown(() => openDatabase({ file: join(folder, 'kept.db'), busyMs: 0.5 }))
    expect(error).toMatchObject({ code: 'unsafe_sqlite', message: expect.stringContaining('busy_timeout') })
  })

  it('for reading cannot write', () => {
    openDatabase({ file: join(folder, 'b.db') }).close()
    const db = openDatabase({ file: join(folder, 'b.db'), readonly: true })
    const error = thrown(() => db.exec('CREATE TABLE t (x)'))
    expect(sqliteCode(error)).toBe('SQLITE_READONLY')
    expect(isDiskFault(error)).toBe(true)
    db.close()
  })

  it('of something else says that it is damaged', () => {
    writeFileSync(join(folder, 'c.db'), 'x'.repeat(8_192))
    const error = thrown(() => openDatabase({ file: join(folder, 'c.db') }))
    expect([isCorruption(error), isDiskFault(error)]).toEqual([true, true])
  })

  it('tells faults of the disk from rules of ours', () => {
    const db = openDatabase({ file: ':memory:' })
    db.exec('CREATE TABLE t (x UNIQUE) STRICT'.replace('x UNIQUE', 'x INTEGER UNIQUE'))
    db.exec('INSERT INTO t VALUES (1)')
    for (const rule of ['INSERT INTO t VALUES (1)', "INSERT INTO t VALUES ('x')", 'SELECT * FROM missing'])
      expect(isDiskFault(thrown(() => db.exec(rule)))).toBe(false)
    db.exec('CREATE TABLE big (x BLOB) STRICT')
    db.pragma(`max_page_count = ${db.pragma('page_count', { simple: true })}`)
    const full = thrown(() => db.exec('INSERT INTO big VALUES (zeroblob(100000))'))
    expect([sqliteCode(full), isDiskFault(full), isCorruption(full)]).toEqual(['SQLITE_FULL', true, false])
    expect([isDiskFault(new Error('x')), sqliteCode('x')]).toEqual([false, null])
    db.close()
  })

  it.each(['3.51.3', '3.51.10', '3.52.0', '4.0.0', '3.50.7', '3.44.6'])('is willing to use SQLite %s', (version) => {
    expect(() => checkSqliteVersion(version)).not.toThrow()
  })

  it.each(['3.51.2', '3.51.0', '3.50.6', '3.44.5', '3.7.0', '2.8.17', '3.50.8'])(
    'refuses SQLite %s, which can corrupt a log',
    (version) => {
      expect(() => checkSqliteVersion(version)).toThrow(expect.objectContaining({ code: 'unsafe_sqlite' }))
    },
  )
})

describe('a data folder', () => {
  it('belongs to one process, until it is let go', () => {
    const file = join(folder, 'lock.db')
    const release = lockFolder(file)
    const error = thrown(() => lockFolder(file))
    expect(error).toBeInstanceOf(LaresError)
    expect((error as LaresError).code).toBe('already_running')
    release()
    lockFolder(file)()
  })

  it('is not kept from everybody by a damaged lock, which holds nothing', () => {
    const file = join(folder, 'lock.db')
    writeFileSync(file, 'no database at all')
    const release = lockFolder(file)
    expect((thrown(() => lockFolder(file)) as LaresError).code).toBe('already_running')
    release()
  })

  it('that is not there is said to be missing, not held by another process', () => {
    expect((thrown(() => lockFolder(join(folder, 'far/lock.db'))) as LaresError).code).toBe('not_found')
  })
})
