import { spawn } from 'node:child_process'
import { once as happens } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { storeFile } from '../../hub/store/places.ts'
import { openDatabase } from '../../shared/sqlite/open.ts'
import { makeDataFolder } from './lib/data-folder.ts'
import { liveFollowers } from './lib/followers-life.ts'

/** Every step of a batch at which power may go. */
const MOMENTS = [
  'before found',
  'after found',
  'before page',
  'after page',
  'before the delivery',
  'after the delivery',
  'before acknowledged',
  'after acknowledged',
  'before work',
  'in the transaction of the work',
  'after work',
] as const
type Moment = (typeof MOMENTS)[number]

const READINGS = 8

/** What a service does that minds no repetition: every row counted, and each kept once. */
const rows: string[] = []
const server = createServer((request, response) => {
  let body = ''
  request.on('data', (bytes) => {
    body += String(bytes)
  })
  request.on('end', () => {
    rows.push(...body.split('\n').filter(Boolean))
    response.end()
  })
})
let url = ''

describe('followers whose house is killed', () => {
  let data: ReturnType<typeof makeDataFolder>

  beforeAll(async () => {
    await happens(server.listen(0, '127.0.0.1'), 'listening')
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  })
  afterAll(() => void server.close())
  beforeEach(() => {
    data = makeDataFolder()
    rows.length = 0
  })
  afterEach(() => data.remove())

  /** Lets a house live in a process of its own until it kills itself at that moment. */
  async function killed(moment: Moment, readings: number): Promise<void> {
    const program = join(import.meta.dirname, 'followers-process.ts')
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', program, data.folder, url, String(readings), moment],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    )
    const [, signal] = (await happens(child, 'exit')) as [number | null, string | null]
    expect(signal).toBe('SIGKILL')
  }

  function found() {
    const db = openDatabase({ file: storeFile(data.folder), readonly: true })
    const ask = (sql: string) => db.prepare(sql).pluck().get() as number | string | undefined
    const state = {
      stored: Number(ask('SELECT count(*) FROM readings')),
      position: Number(ask("SELECT position FROM followers WHERE name = 'export'")),
      sum: Number(ask("SELECT value FROM hub_settings WHERE key = 'sum'") ?? 0),
      summed: Number(ask("SELECT position FROM followers WHERE name = 'sums'")),
      gaps: Number(ask('SELECT count(*) FROM follower_gaps')),
    }
    db.close()
    return state
  }

  /** What must hold at every moment. */
  function holds(): void {
    const { stored, position, sum, summed, gaps } = found()
    // Of a position that is on the disk everything before it is where it was to go.
    const keys = new Set(rows.map((row) => Number(row.split(' ')[1])))
    for (let key = 1; key <= position; key += 1) expect(keys.has(key)).toBe(true)
    // Every reading is 1: the sum says how many were added up, and the position how many should be.
    expect(sum).toBe(summed)
    expect(summed).toBeLessThanOrEqual(stored)
    expect(gaps).toBe(0)
  }

  it.each(MOMENTS)('%s have everything in their next life, the inside one once', async (moment) => {
    await killed(moment, READINGS)
    holds()
    await liveFollowers({ folder: data.folder, url, readings: 2, at: () => {} })
    holds()
    const stored = READINGS + 2
    expect(found()).toEqual({ stored, position: stored, sum: stored, summed: stored, gaps: 0 })
    expect(new Set(rows).size).toBe(stored)
    expect(rows.length).toBeLessThanOrEqual(stored + 5)
  })

  it('at one step after the other have everything all the same', async () => {
    const moments = [
      'after page',
      'after the delivery',
      'in the transaction of the work',
      'after acknowledged',
    ] as const
    for (const moment of moments) {
      await killed(moment, READINGS)
      holds()
    }
    await liveFollowers({ folder: data.folder, url, readings: 2, at: () => {} })
    const stored = READINGS * moments.length + 2
    expect(found()).toEqual({ stored, position: stored, sum: stored, summed: stored, gaps: 0 })
    expect(new Set(rows).size).toBe(stored)
  })
})
