import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { sqliteInUse } from '../../../shared/sqlite/sqlite-in-use.ts'

describe('the SQLite in use', () => {
  it('is the one that this process has loaded', () => {
    const { version, flushesPerCommit } = sqliteInUse()
    expect(version).toMatch(/^3\.\d+\.\d+$/)
    const [loaded = ''] = /\S+better.sqlite3\S*\.node/.exec(readFileSync('/proc/self/maps', 'utf8')) ?? []
    const callsFsync = readFileSync(loaded).includes('\0fsync\0')
    expect(flushesPerCommit).toBe(callsFsync ? 2 : 1)
  })
})
