import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Checkpointer } from '../../../shared/sqlite/checkpoint.ts'
import { LogGrowth } from '../../../shared/sqlite/log-growth.ts'
import { type Database, openDatabase } from '../../../shared/sqlite/open.ts'

const PAGE = 4_096
const FRAME = PAGE + 24
const LOG_HEADER = 32

let folder: string
let file: string
let db: Database

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lares-log-growth-'))
  file = join(folder, 'hub.db')
  db = openDatabase({ file })
  db.pragma('wal_autocheckpoint = 0')
  db.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, x BLOB) STRICT')
})
afterEach(() => {
  db.close()
  rmSync(folder, { recursive: true })
})

const write = (pages: number) => db.prepare('INSERT INTO t (x) VALUES (zeroblob(?))').run(pages * PAGE)
const logBytes = () => statSync(`${file}-wal`).size - LOG_HEADER

describe('what commits add to the log', () => {
  it('is counted to the byte, as long as the log only grows', () => {
    const growth = new LogGrowth(db)
    const before = logBytes()
    for (const pages of [0, 1, 3, 40]) write(pages)
    expect(growth.take()).toBe(logBytes() - before)
    expect(growth.take()).toBe(0)
  })

  it('is counted over a log that begins anew in a file that keeps its size', () => {
    const growth = new LogGrowth(db)
    write(10)
    growth.take()
    db.pragma('wal_checkpoint(PASSIVE)')
    expect(growth.take()).toBe(0)
    write(0)
    expect(growth.take()).toBe(FRAME)
  })

  it('is counted where the first commit of a new log is larger than the whole log before', () => {
    const growth = new LogGrowth(db)
    write(2)
    growth.take()
    db.pragma('wal_checkpoint(PASSIVE)')
    growth.take()
    write(60)
    expect(growth.take()).toBe(logBytes())
  })

  it('is counted after a log that was cut back', () => {
    const growth = new LogGrowth(db)
    write(10)
    growth.take()
    db.pragma('wal_checkpoint(TRUNCATE)')
    expect(growth.take()).toBe(0)
    write(0)
    expect(growth.take()).toBe(FRAME)
  })

  it('waits where SQLite cannot say it, and throws nothing at whoever committed', () => {
    const growth = new LogGrowth(db)
    write(0)
    db.exec('BEGIN IMMEDIATE')
    expect(growth.take()).toBe(0)
    db.exec('COMMIT')
    expect(growth.take()).toBe(FRAME)
  })

  it('is nothing in memory, where there is no log', () => {
    const memory = openDatabase({ file: ':memory:' })
    const growth = new LogGrowth(memory)
    memory.exec('CREATE TABLE t (x)')
    expect(growth.take()).toBe(0)
    memory.close()
  })
})

describe('what a checkpoint writes', () => {
  it('is each page once, however often it stands in the log', () => {
    const moved: number[] = []
    const checkpointer = new Checkpointer(db, { moved: (bytes) => moved.push(bytes) })
    checkpointer.run()
    moved.length = 0
    for (let commits = 0; commits < 20; commits += 1) write(0)
    checkpointer.run()
    expect(moved).toEqual([PAGE])
    checkpointer.run()
    expect(moved).toEqual([PAGE])
  })

  it('is counted where the log is emptied, too', () => {
    const moved: number[] = []
    const checkpointer = new Checkpointer(db, { moved: (bytes) => moved.push(bytes) })
    checkpointer.run()
    moved.length = 0
    write(8)
    expect(checkpointer.empty()).toBe(true)
    expect(moved).toHaveLength(1)
    // The value's own pages, and the leaf that leads to them.
    expect(moved[0]).toBeGreaterThanOrEqual(9 * PAGE)
    expect(moved[0]).toBeLessThan(12 * PAGE)
  })

  it('leaves out what a reader keeps from being moved, until it is', () => {
    const moved: number[] = []
    const checkpointer = new Checkpointer(db, { moved: (bytes) => moved.push(bytes) })
    write(0)
    checkpointer.run()
    moved.length = 0
    const reader = openDatabase({ file, readonly: true })
    reader.exec('BEGIN')
    reader.prepare('SELECT count(*) FROM t').get()
    write(0)
    checkpointer.run()
    expect(moved).toEqual([])
    reader.exec('COMMIT')
    reader.close()
    checkpointer.run()
    expect(moved).toEqual([PAGE])
  })
})
