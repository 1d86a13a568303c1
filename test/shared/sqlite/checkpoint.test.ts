import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Checkpointer } from '../../../shared/sqlite/checkpoint.ts'
import { type Database, openDatabase } from '../../../shared/sqlite/open.ts'

const MB = 1024 * 1024

describe('the checkpoint schedule', () => {
  let folder: string
  let file: string
  let db: Database
  let checkpointer: Checkpointer

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lares-checkpoint-'))
    file = join(folder, 'hub.db')
    db = openDatabase({ file })
    db.pragma('wal_autocheckpoint = 0')
    db.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT) STRICT')
    checkpointer = new Checkpointer(db)
  })
  afterEach(() => {
    db.close()
    rmSync(folder, { recursive: true })
  })

  const write = (bytes: number) => db.prepare('INSERT INTO t (x) VALUES (?)').run('x'.repeat(bytes))
  /** The file grows only at a checkpoint. */
  const size = () => statSync(file).size

  it('moves the log into the database once 4 MB wait, not before', () => {
    const before = size()
    write(MB)
    checkpointer.after(MB)
    expect(size()).toBe(before)
    write(MB)
    checkpointer.after(MB)
    expect(size()).toBeGreaterThan(2 * MB)
  })

  it('counts what a small commit really writes, so that a quiet house is checkpointed too', () => {
    const before = size()
    for (let commits = 0; commits < 800; commits += 1) {
      write(20)
      checkpointer.after(20)
    }
    expect(size()).toBeGreaterThan(before)
  })

  it('counts rows that were removed, which came with no message', () => {
    db.exec(
      'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9000) INSERT INTO t (x) SELECT hex(zeroblob(50)) FROM n',
    )
    checkpointer.after(1)
    const before = size()
    db.exec('DELETE FROM t WHERE id <= 1000')
    checkpointer.after(0)
    expect(size()).toBe(before)
    db.exec('DELETE FROM t')
    checkpointer.after(0)
    expect(size()).toBeGreaterThan(before)
  })

  it('counts pages that were moved without a change of rows', () => {
    const before = size()
    write(MB)
    checkpointer.note(4 * MB)
    checkpointer.after(1)
    expect(size()).toBeGreaterThan(before)
  })

  it('moves 1 MB while nothing happens, and does nothing for looks without a write', () => {
    write(MB)
    checkpointer.after(MB)
    const before = size()
    for (let looks = 0; looks < 9; looks += 1) checkpointer.after(0)
    expect(size()).toBe(before)
    checkpointer.after(0)
    expect(size()).toBeGreaterThan(MB)
  })

  it('cuts the log back when it grew beyond 64 MB', () => {
    for (let part = 0; part < 33; part += 1) {
      write(2 * MB)
    }
    expect(checkpointer.walBytes).toBeGreaterThan(64 * MB)
    checkpointer.run()
    expect(checkpointer.walBytes).toBe(0)
  })
})
