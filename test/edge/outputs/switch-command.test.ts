import Sqlite from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { CommandRunner } from '../../../edge/orders/command-runner.ts'
import { openHandledCommands } from '../../../edge/orders/handled-commands.ts'
import { switchCommand } from '../../../edge/orders/switch-command.ts'
import type { ResultBody } from '../../../edge/outbox/bodies.ts'
import { Outbox } from '../../../edge/outbox/outbox.ts'
import { silentLog } from '../../../shared/log.ts'
import { emptyEdgeDatabase } from '../edge-database.ts'
import { outputsBench } from './outputs-bench.ts'

const TABLES = { pump: { type: 'relay', pin: 17, max_on: '1h' }, shelf: { type: 'dimmer', pin: 18 } }

async function setUp(db = emptyEdgeDatabase()) {
  const bench = outputsBench({ tables: TABLES })
  await bench.outputs.secure()
  const { clock } = bench
  const outbox = new Outbox({ db, clock, boot: 'boot-1', log: silentLog })
  const handlers = [switchCommand(bench.outputs)]
  const told: ResultBody[] = []
  const commands = new CommandRunner({
    ...{ clock, log: silentLog, outbox, handled: openHandledCommands(db), handlers },
    tell: (result) => void told.push(result),
  })
  const results = () => outbox.waiting('urgent', 0, 100).map((row) => JSON.parse(row.body))
  const take = (id: string, params: Record<string, unknown>, expires_in_ms?: number) =>
    commands.take({
      id,
      name: 'switch',
      params: params as never,
      ...(expires_in_ms === undefined ? {} : { expires_in_ms }),
    })
  return { ...bench, db, commands, results, take, answered: told }
}

describe('the command switch', () => {
  it('answers with the state that was reached, and how long it lasts', async () => {
    const { commands, take, results } = await setUp()
    take('c1', { output: 'pump', state: 'on' })
    take('c2', { output: 'pump', state: 'on', for_s: 90 })
    take('c3', { output: 'shelf', percent: 40 })
    take('c4', { output: 'shelf', state: 'toggle' })
    take('c5', { output: 'shelf', state: 'on' })
    await commands.settled()
    expect(results()).toEqual([
      { id: 'c1', ok: true, value: { output: 'pump', state: 'on', safe_in_s: 3_600 } },
      { id: 'c2', ok: true, value: { output: 'pump', state: 'on', safe_in_s: 90 } },
      { id: 'c3', ok: true, value: { output: 'shelf', state: 'on', percent: 40 } },
      { id: 'c4', ok: true, value: { output: 'shelf', state: 'off', percent: 0 } },
      { id: 'c5', ok: true, value: { output: 'shelf', state: 'on', percent: 100 } },
    ])
  })

  it('runs once, however often it comes, also over a restart', async () => {
    const first = await setUp()
    first.take('c1', { output: 'pump', state: 'toggle' })
    await first.commands.settled()
    first.take('c1', { output: 'pump', state: 'toggle' })
    await first.commands.settled()
    expect(first.volts(17)).toBe('high')
    expect(first.results()).toEqual([first.results()[0], first.results()[0]])
    const second = await setUp(new Sqlite(first.db.serialize()))
    second.take('c1', { output: 'pump', state: 'toggle' })
    await second.commands.settled()
    expect([second.volts(17), second.told().sort()]).toEqual(['low', ['pump=0', 'shelf=0']])
    expect(second.results()).toHaveLength(3)
  })

  it('expires ten seconds after it came unless it says otherwise, whatever the wall clock does', async () => {
    const { clock, commands, take, results, volts } = await setUp()
    take('c1', { output: 'pump', state: 'on' })
    take('c2', { output: 'pump', state: 'on' }, 60_000)
    clock.jump(-1_000_000_000)
    clock.advance(10_001)
    await commands.settled()
    expect(results()).toMatchObject([
      { id: 'c1', ok: false, error: { code: 'expired' } },
      { id: 'c2', ok: true },
    ])
    expect(volts(17)).toBe('high')
    take('c3', { output: 'pump', state: 'off' })
    clock.advance(9_999)
    await commands.settled()
    expect(results()[2]).toMatchObject({ ok: true })
  })

  it('switches off where the disk keeps no id of it, and on never', async () => {
    const { db, commands, take, volts, answered } = await setUp()
    take('c1', { output: 'pump', state: 'on' })
    await commands.settled()
    expect(volts(17)).toBe('high')
    db.pragma('query_only = 1')
    take('c2', { output: 'pump', state: 'off' })
    take('c3', { output: 'pump', state: 'on' })
    take('c4', { output: 'pump', state: 'toggle' })
    await commands.settled()
    expect(volts(17)).toBe('low')
    expect(answered).toMatchObject([
      { id: 'c2', ok: true, value: { state: 'off' } },
      { id: 'c3', ok: false, error: { code: 'disk_full' } },
      { id: 'c4', ok: false, error: { code: 'disk_full' } },
    ])
  })

  it.each([
    [{ output: 'pmup', state: 'on' }, 'not_found', 'did you mean pump? it has pump, shelf'],
    [{ output: 'pump', percent: 40 }, 'bad_params', 'pump is a relay, which is on or off'],
    [{ output: 'pump' }, 'bad_params', 'state'],
    [{ output: 'shelf', state: 'on', percent: 40 }, 'bad_params', 'state'],
    [{ output: 'shelf', percent: 140 }, 'bad_params', 'percent'],
    [{ output: 'pump', state: 'on', for_s: 0 }, 'bad_params', 'for_s'],
    [{ output: 'pump', state: 'on', pin: 4 }, 'bad_params', 'pin'],
    [{ output: '/sys/class/gpio', state: 'on' }, 'not_found', 'it has pump, shelf'],
  ])('%j switches nothing and says why', async (params, code, message) => {
    const { commands, take, results, told } = await setUp()
    take('c1', params)
    await commands.settled()
    expect(results()).toMatchObject([{ ok: false, error: { code, message: expect.stringContaining(message) } }])
    expect(told().sort()).toEqual(['pump=0', 'shelf=0'])
  })
})
