import Sqlite from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { CommandRunner, commandHandler } from '../../../edge/orders/command-runner.ts'
import { openHandledCommands } from '../../../edge/orders/handled-commands.ts'
import type { ResultBody } from '../../../edge/outbox/bodies.ts'
import { Outbox } from '../../../edge/outbox/outbox.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { LaresError } from '../../../shared/errors.ts'
import { silentLog } from '../../../shared/log.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import { emptyEdgeDatabase } from '../edge-database.ts'

function setUp(db: Database = emptyEdgeDatabase()) {
  const clock = new ManualClock()
  const outbox = new Outbox({ db, clock, boot: 'boot-1', log: silentLog })
  const runs: unknown[] = []
  const gate = Promise.withResolvers<void>()
  const handlers = [
    commandHandler({
      name: 'ping',
      summary: 'Answers',
      params: z.strictObject({ n: z.number().optional() }),
      run: (params) => {
        runs.push(params)
        return { pong: runs.length }
      },
    }),
    commandHandler({
      name: 'slow',
      summary: 'Waits',
      params: z.strictObject({}),
      run: async () => {
        await gate.promise
        return 'done'
      },
    }),
    commandHandler({
      name: 'off',
      summary: 'Makes something safe',
      params: z.strictObject({ now: z.literal(true) }),
      makesSafe: () => true,
      run: () => void runs.push('off'),
    }),
    commandHandler({
      name: 'end',
      summary: 'Ends something',
      params: z.strictObject({ why: z.string() }),
      run: () => null,
      afterwards: () => void runs.push(`answered ${results().length}`),
    }),
    commandHandler({
      name: 'broken',
      summary: 'Fails',
      params: z.strictObject({}),
      run: () => {
        throw new LaresError('device_missing', 'there is no lamp')
      },
    }),
    commandHandler({
      name: 'look',
      summary: 'Only looks',
      params: z.strictObject({}),
      isPassing: true,
      run: () => 'seen',
    }),
    commandHandler({ name: 'huge', summary: 'Too much', params: z.strictObject({}), run: () => 'x'.repeat(80_000) }),
  ]
  const told: ResultBody[] = []
  const commands = new CommandRunner({
    ...{ clock, log: silentLog, outbox, handled: openHandledCommands(db), handlers },
    tell: (result) => void told.push(result),
  })
  const take = (id: string, name: string, params = {}, expires_in_ms = 60_000) =>
    commands.take({ id, name, params, expires_in_ms })
  const results = () => outbox.waiting('urgent', 0, 100).map((row) => JSON.parse(row.body))
  return { db, clock, outbox, runs, gate, commands, take, results, told }
}

describe('commands', () => {
  it('are answered through the outbox, urgently', async () => {
    const { commands, take, results } = setUp()
    take('c1', 'ping', { n: 1 })
    await commands.settled()
    expect(results()).toEqual([{ id: 'c1', ok: true, value: { pong: 1 } }])
  })

  it('that only look are answered now or never, and leave nothing on the disk', async () => {
    const { db, clock, commands, take, results, told } = setUp()
    take('c1', 'look')
    await commands.settled()
    expect(told).toEqual([{ id: 'c1', ok: true, value: 'seen' }])
    expect(results()).toEqual([])
    expect(db.prepare('SELECT count(*) FROM handled_commands').pluck().get()).toBe(0)
    take('c2', 'look', {}, 1_000)
    clock.advance(1_001)
    await commands.settled()
    expect(told).toHaveLength(1)
  })

  it('are not run again when they are repeated, but answered the same', async () => {
    const { commands, take, results, runs } = setUp()
    take('c1', 'ping')
    await commands.settled()
    take('c1', 'ping', { n: 2 })
    await commands.settled()
    expect(runs).toHaveLength(1)
    expect(results()).toEqual([results()[0], results()[0]])
  })

  it('are remembered over a restart', async () => {
    const first = setUp()
    first.take('c1', 'ping')
    await first.commands.settled()
    const second = setUp(new Sqlite(first.db.serialize()))
    second.commands.start()
    second.take('c1', 'ping')
    await second.commands.settled()
    expect(second.runs).toHaveLength(0)
    expect(second.results()).toHaveLength(2)
    expect(second.results()[1]).toEqual(second.results()[0])
  })

  it('that a power cut interrupted are answered with an error and never run again', async () => {
    const first = setUp()
    first.take('c1', 'slow')
    await new Promise((resolve) => setImmediate(resolve))
    const second = setUp(new Sqlite(first.db.serialize()))
    second.commands.start()
    expect(second.results()).toMatchObject([{ id: 'c1', ok: false, error: { code: 'internal' } }])
    first.gate.resolve()
  })

  it('expire on the monotonic clock, also while they wait for another', async () => {
    const { clock, commands, take, results, gate, runs } = setUp()
    take('c1', 'slow')
    take('c2', 'ping', {}, 5_000)
    clock.jump(-1_000_000_000)
    clock.advance(5_001)
    gate.resolve()
    await commands.settled()
    expect(runs).toHaveLength(0)
    expect(results()).toMatchObject([
      { id: 'c1', ok: true },
      { id: 'c2', ok: false, error: { code: 'expired' } },
    ])
  })

  it('that are unknown, wrong or failing get an error that says so', async () => {
    const { commands, take, results } = setUp()
    take('c1', 'run_program', { path: '/bin/sh' })
    take('c2', 'ping', { n: 'one' })
    take('c3', 'broken')
    take('c4', 'huge')
    await commands.settled()
    expect(results()).toMatchObject([
      { id: 'c1', ok: false, error: { code: 'unknown_command', message: expect.stringContaining('knows ping') } },
      { id: 'c2', ok: false, error: { code: 'bad_params', message: expect.stringContaining('n: ') } },
      { id: 'c3', ok: false, error: { code: 'device_missing', message: 'there is no lamp' } },
      { id: 'c4', ok: false, error: { code: 'too_large' } },
    ])
  })

  it('are not run while the disk cannot keep their ids, which is told past the outbox', async () => {
    const { db, commands, take, runs, told } = setUp()
    db.pragma('query_only = 1')
    take('c1', 'ping')
    await commands.settled()
    expect(runs).toEqual([])
    expect(told).toMatchObject([{ id: 'c1', ok: false, error: { code: 'disk_full' } }])
    db.pragma('query_only = 0')
    take('c1', 'ping')
    await commands.settled()
    expect(runs).toHaveLength(1)
  })

  it('that make something safe are run and answered all the same, late or wrong ones not', async () => {
    const { db, clock, commands, take, runs, told } = setUp()
    db.pragma('query_only = 1')
    take('c1', 'off', { now: true })
    take('c2', 'off', {})
    await commands.settled()
    take('c3', 'off', { now: true }, 1_000)
    clock.advance(1_000)
    await commands.settled()
    expect(runs).toEqual(['off'])
    expect(told).toMatchObject([
      { id: 'c1', ok: true },
      { id: 'c2', ok: false, error: { code: 'disk_full' } },
      { id: 'c3', ok: false, error: { code: 'expired' } },
    ])
  })

  it('that end something do so when they are answered, and only once', async () => {
    const { commands, take, runs } = setUp()
    take('c1', 'end', { why: 'asked' })
    take('c2', 'end', {})
    await commands.settled()
    take('c1', 'end', { why: 'asked' })
    await commands.settled()
    expect(runs).toEqual(['answered 1'])
  })
})
