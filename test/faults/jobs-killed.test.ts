import { spawn } from 'node:child_process'
import { once as happens } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { storeFile } from '../../hub/store/places.ts'
import { openDatabase } from '../../shared/sqlite/open.ts'
import { makeDataFolder } from './lib/data-folder.ts'
import { liveJobs } from './lib/jobs-life.ts'

/** Every step of a job, in order, at which power may go. */
const MOMENTS = [
  'in the transaction that wants it',
  'after enqueue',
  'before claim',
  'after claim',
  'before the work',
  'after the work',
  'before ended',
  'in the transaction of the outcome',
  'after ended',
] as const
type Moment = (typeof MOMENTS)[number]

/** At which of them a run has been begun, so that nobody knows what it did. */
const UNKNOWN: readonly Moment[] = MOMENTS.slice(MOMENTS.indexOf('after claim'), MOMENTS.indexOf('after ended'))
/** From which on the server has heard of it. */
const heard = (moment: Moment) => MOMENTS.indexOf(moment) >= MOMENTS.indexOf('after the work')

/** What a service does that heeds idempotency keys: every request counted, the work of each key once. */
const requests: string[] = []
const server = createServer((request, response) => {
  requests.push(String(request.headers['idempotency-key']))
  request.resume().on('end', () => response.end('posted'))
})
let url = ''

describe('a job whose house is killed', () => {
  let data: ReturnType<typeof makeDataFolder>

  beforeAll(async () => {
    await happens(server.listen(0, '127.0.0.1'), 'listening')
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  })
  afterAll(() => void server.close())
  beforeEach(() => {
    data = makeDataFolder()
    requests.length = 0
  })
  afterEach(() => data.remove())

  /** Lets a house live in a process of its own until it kills itself at that moment. With a kind it enqueues a job first. */
  async function killed(moment: Moment, ...kind: string[]): Promise<void> {
    const program = join(import.meta.dirname, 'jobs-process.ts')
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', program, data.folder, url, moment, ...kind],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    )
    const [, signal] = (await happens(child, 'exit')) as [number | null, string | null]
    expect(signal).toBe('SIGKILL')
  }

  /** The life after it, which nothing disturbs. */
  const live = () => liveJobs({ folder: data.folder, url, at: () => {} })

  function ended() {
    const db = openDatabase({ file: storeFile(data.folder), readonly: true })
    const ask = (sql: string) => db.prepare(sql).pluck().get() as number | string | undefined
    const found = {
      state: ask('SELECT state FROM jobs'),
      wanted: ask("SELECT value FROM hub_settings WHERE key = 'wanted'"),
      done: Number(ask("SELECT value FROM hub_settings WHERE key = 'done anna'") ?? 0),
    }
    db.close()
    return found
  }

  it.each(MOMENTS)('%s is done once in the house, with one key, when its kind says at least once', async (moment) => {
    await killed(moment, 'letter')
    expect(requests).toHaveLength(heard(moment) ? 1 : 0)
    await live()
    if (moment === 'in the transaction that wants it') {
      expect([ended(), requests]).toEqual([{ state: undefined, wanted: undefined, done: 0 }, []])
      return
    }
    expect(ended()).toEqual({ state: 'done', wanted: '1', done: 1 })
    expect(new Set(requests).size).toBe(1)
    expect(requests).toHaveLength(heard(moment) && moment !== 'after ended' ? 2 : 1)
  })

  it.each(MOMENTS)('%s is done once or failed, and never twice, when its kind says at most once', async (moment) => {
    await killed(moment, 'siren')
    await live()
    if (moment === 'in the transaction that wants it') {
      expect([ended(), requests]).toEqual([{ state: undefined, wanted: undefined, done: 0 }, []])
      return
    }
    const lost = UNKNOWN.includes(moment)
    expect(ended()).toEqual({ state: lost ? 'failed' : 'done', wanted: '1', done: lost ? 0 : 1 })
    expect(requests).toHaveLength(lost && !heard(moment) ? 0 : 1)
  })

  it('at every step one after the other is done once all the same', async () => {
    await killed('after enqueue', 'letter')
    for (const moment of ['after claim', 'after the work', 'in the transaction of the outcome'] as const)
      await killed(moment)
    await live()
    expect(ended()).toEqual({ state: 'done', wanted: '1', done: 1 })
    expect([requests.length, new Set(requests).size]).toEqual([3, 1])
  })
})
