import { describe, expect, it } from 'vitest'
import { SYNC_OFF, type SyncStatus } from '../../../hub/sync/sync-status.ts'
import { SyncThread, type SyncThreadParts } from '../../../hub/sync/sync-thread.ts'
import type { FromSync, SyncSettings, ToSync } from '../../../hub/sync/sync-thread-messages.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { silentLog } from '../../../shared/log.ts'
import { FakeWorker } from '../../shared/fake-worker.ts'

const SETTINGS: SyncSettings = {
  file: 'house.db',
  tables: [],
  url: 'postgres://central',
  version: 'test',
  logLevel: 'info',
  bytesPerSecond: null,
}
const RUNNING: SyncStatus = { ...SYNC_OFF, state: 'running' }

const settle = () => new Promise((resolve) => setImmediate(resolve))

function begin(parts: Partial<SyncThreadParts> = {}) {
  const clock = new ManualClock()
  const workers: FakeWorker<ToSync, FromSync>[] = []
  const changes: SyncStatus[] = []
  const thread = new SyncThread({
    settings: () => SETTINGS,
    persist: async () => 'written',
    clock,
    log: silentLog,
    onChange: (status) => changes.push(status),
    spawn() {
      const worker = new FakeWorker<ToSync, FromSync>()
      workers.push(worker)
      return worker
    },
    ...parts,
  })
  thread.start()
  return { thread, clock, workers, changes, newest: () => workers.at(-1) ?? expect.fail('there is no thread') }
}

describe('the sync thread', () => {
  it('is not started where no central is configured, and a comparison says so', async () => {
    const { thread, workers } = begin({ settings: () => null })
    expect(workers).toEqual([])
    expect(thread.status.state).toBe('off')
    await expect(thread.verify({ days: 7, now: 0 })).rejects.toMatchObject({
      code: 'not_found',
      hint: expect.stringContaining('hub.toml'),
    })
    await thread.stop()
  })

  it('has steps written down and is told how it went', async () => {
    const results = [Promise.resolve('done'), Promise.reject(new Error('disk full'))]
    const { newest } = begin({ persist: () => results.shift() as Promise<unknown> })
    newest().says({ kind: 'persist', id: 1, step: { step: 'fenced', reason: 'x' } })
    newest().says({ kind: 'persist', id: 2, step: { step: 'fenced', reason: 'x' } })
    await settle()
    expect(newest().posted).toEqual([
      { kind: 'persisted', id: 1, value: 'done' },
      { kind: 'not_persisted', id: 2, reason: 'disk full' },
    ])
  })

  it('tells of another state or another error, and of nothing else', () => {
    const { newest, changes, thread } = begin()
    newest().says({ kind: 'status', status: RUNNING })
    newest().says({ kind: 'status', status: { ...RUNNING, rows_behind: 7 } })
    newest().says({ kind: 'status', status: { ...RUNNING, last_error: 'x' } })
    expect(changes.map(({ last_error }) => last_error)).toEqual([null, 'x'])
    newest().says({ kind: 'status', status: { ...RUNNING, rows_behind: 9 } })
    expect(thread.status.rows_behind).toBe(9)
  })

  it('hands on that the site was claimed, and that something is to be done now', () => {
    const { thread, newest } = begin()
    thread.claimed()
    thread.wake()
    expect(newest().posted).toEqual([{ kind: 'claimed' }, { kind: 'wake' }])
  })

  it('is started anew when it dies, says so, and is told again that the house is busy', () => {
    const { thread, clock, workers, newest, changes } = begin()
    thread.yield(true)
    newest().emit('error', new Error('out of memory'))
    expect(changes.at(-1)).toMatchObject({ state: 'waiting', last_error: 'out of memory' })
    clock.advance(5_000)
    expect(workers).toHaveLength(2)
    expect(newest().posted).toEqual([{ kind: 'busy', busy: true }])
  })

  it('is ended and started anew when it says nothing for two minutes', () => {
    const { clock, workers } = begin()
    const [first] = workers as [FakeWorker<ToSync, FromSync>]
    clock.advance(100_000)
    first.says({ kind: 'status', status: RUNNING })
    clock.advance(110_000)
    expect(first.terminated).toBe(false)
    clock.advance(30_000)
    expect(first.terminated).toBe(true)
    clock.advance(5_000)
    expect(workers).toHaveLength(2)
    // What the old one still says is nobody's.
    first.says({ kind: 'status', status: { ...RUNNING, rows_behind: 5 } })
    first.emit('exit', 1)
    clock.advance(60_000)
    expect(workers).toHaveLength(2)
  })

  it('is not started anew before everything of the former one is written', async () => {
    const writing = Promise.withResolvers<unknown>()
    const { clock, workers, newest } = begin({ persist: () => writing.promise })
    newest().says({ kind: 'persist', id: 1, step: { step: 'fenced', reason: 'x' } })
    newest().emit('exit', 1)
    clock.advance(600_000)
    expect(workers).toHaveLength(1)
    writing.resolve('late')
    await settle()
    clock.advance(120_000)
    expect(workers).toHaveLength(2)
    expect(newest().posted).toEqual([])
  })

  it('answers comparisons, or says why there is no answer', async () => {
    const { thread, clock, newest } = begin()
    const answer = { ok: true, since: '2026-01-01', tables: [], differences: [] }
    const good = thread.verify({ days: 7, now: 5 })
    expect(newest().posted).toEqual([{ kind: 'verify', id: 1, question: { days: 7, now: 5 } }])
    newest().says({ kind: 'verified', id: 1, answer })
    expect(await good).toEqual(answer)
    const bad = thread.verify({ days: 7, now: 5 })
    newest().says({ kind: 'not_verified', id: 2, reason: 'central does not listen' })
    await expect(bad).rejects.toMatchObject({
      code: 'central_away',
      message: expect.stringContaining('does not listen'),
    })
    const late = thread.verify({ days: 7, now: 5 })
    const died = expect(late).rejects.toMatchObject({
      code: 'central_away',
      message: expect.stringContaining('code 1'),
    })
    newest().emit('exit', 1)
    await died
    await expect(thread.verify({ days: 7, now: 5 })).rejects.toMatchObject({ code: 'central_away' })
    clock.advance(5_000)
    const slow = expect(thread.verify({ days: 7, now: 5 })).rejects.toThrow('ten minutes')
    for (let minute = 0; minute < 11; minute++) {
      newest().says({ kind: 'status', status: RUNNING })
      clock.advance(60_000)
    }
    await slow
  })

  it('is told to stop and waited for', async () => {
    const { thread, newest } = begin()
    const stopping = thread.stop()
    expect(newest().posted).toEqual([{ kind: 'stop' }])
    newest().says({ kind: 'stopped' })
    await stopping
    expect(newest().terminated).toBe(true)
  })
})
