import { describe, expect, it, vi } from 'vitest'
import type { Sink } from '../../../hub/engine/follower-sink.ts'
import { LaresError } from '../../../shared/errors.ts'
import { ask, commandInput } from '../engine/ask.ts'
import { gapsOf, inside, outside, positionOf, problemOf, step } from '../features/followers/test-followers.ts'
import { follow, given, takesAll } from './follower-house.ts'

const AWAY = () => new LaresError('unreachable', 'nobody answers')
const UNFIT = () => new LaresError('bad_params', 'no such field')
/** Hears nothing. */
const deaf: Sink = () => new Promise(() => {})

describe('an outside follower', () => {
  it('delivers what was stored before, and what is stored then, as soon as it is committed', async () => {
    const sink = takesAll()
    const { house, runner, store, settle } = follow([outside()], { export: sink })
    store(7)
    runner.start()
    await settle()
    store(2)
    await settle()
    expect(given(sink)).toEqual([
      [1, 2, 3, 4, 5],
      [6, 7],
      [8, 9],
    ])
    expect(positionOf(house, 'export')?.position).toBe(9)
    expect(runner.counts).toEqual([{ name: 'export', rows: 9, failures: 0 }])
  })

  it('asks for nothing while nothing is stored, but for a look each minute', async () => {
    const { house, runner, steps, pass, settle } = follow([outside()], { export: takesAll() })
    runner.start()
    await settle()
    steps.length = 0
    for (let second = 0; second < 59; second += 1) {
      house.tick(1_000)
      await pass(1_000)
    }
    expect(steps).toEqual([])
    await pass(1_000)
    expect(steps).toEqual(['page'])
  })

  it('finds what nobody rang for within a minute', async () => {
    const sink = takesAll()
    const { house, runner, pass, settle } = follow([outside()], { export: sink })
    runner.start()
    await settle()
    house.send(['lares/garden-esp/readings', { items: [{ sensor: 's', kind: 'number', value: 1 }] }])
    await pass(60_000)
    expect(given(sink)).toEqual([[1]])
  })

  it('gathers rows as long as it says, and no longer once it has enough', async () => {
    const sink = takesAll()
    const { runner, store, pass, settle } = follow([outside({ gatherMs: 10_000 })], { export: sink })
    runner.start()
    await settle()
    store(2)
    await settle()
    await pass(9_000)
    store(1)
    await settle()
    expect(given(sink)).toEqual([])
    await pass(1_000)
    expect(given(sink)).toEqual([[1, 2, 3]])
    store(5)
    await settle()
    expect(given(sink)).toEqual([
      [1, 2, 3],
      [4, 5, 6, 7, 8],
    ])
  })

  it('names rows by the life of their database, and a delivery by exactly its rows', async () => {
    const sink = takesAll()
    const { house, runner, store, settle } = follow([outside()], { export: sink })
    store(2)
    runner.start()
    await settle()
    const [, { epoch, idempotencyKey } = { epoch: '', idempotencyKey: '' }] = sink.mock.calls[0] ?? []
    expect(epoch).toBe(positionOf(house, 'export')?.epoch)
    expect(idempotencyKey).toBe(`export-${epoch}-1-2-2`)
  })

  it('writes nothing for rows that its statement leaves out, until they are many or a minute has gone by', async () => {
    const select = 'SELECT id FROM readings WHERE id > :after AND id <= :upto AND value > 1000 ORDER BY id'
    const sink = takesAll()
    const { house, runner, store, steps, pass, settle } = follow([outside({ select })], { export: sink })
    runner.start()
    await settle()
    for (let times = 0; times < 20; times += 1) {
      store(3)
      await settle()
    }
    expect(steps).not.toContain('acknowledged')
    await pass(60_000)
    expect(steps.filter((one) => one === 'acknowledged')).toHaveLength(1)
    expect(positionOf(house, 'export')?.position).toBe(60)
    expect(sink).not.toHaveBeenCalled()
  })
})

describe('a sink that does not answer as it should', () => {
  it('gets the same rows under the same key again, later each time, whatever is stored meanwhile', async () => {
    const sink = takesAll()
    const { house, runner, store, pass, settle } = follow([outside()], { export: sink })
    sink.mockRejectedValueOnce(AWAY()).mockRejectedValueOnce(AWAY())
    store(2)
    runner.start()
    await settle()
    for (const ms of [500, 499]) {
      store(1)
      await pass(ms)
    }
    expect(sink).toHaveBeenCalledTimes(1)
    await pass(1)
    expect(sink).toHaveBeenCalledTimes(2)
    await pass(1_999)
    expect(sink).toHaveBeenCalledTimes(2)
    await pass(1)
    expect(given(sink)).toEqual([
      [1, 2],
      [1, 2],
      [1, 2],
      [3, 4],
    ])
    expect(new Set(sink.mock.calls.slice(0, 3).map(([, { idempotencyKey }]) => idempotencyKey)).size).toBe(1)
    expect(positionOf(house, 'export')).toMatchObject({ position: 4, lost_rows: 0 })
  })

  it('is waited for however long it takes, in smaller parts, and everybody can see it until it takes rows again', async () => {
    const sink = takesAll()
    const { house, runner, store, pass, settle } = follow([outside()], { export: sink })
    sink.mockImplementation(async () => {
      throw AWAY()
    })
    store(4)
    runner.start()
    await settle()
    const said: (string | null)[] = []
    for (let minute = 0; minute < 200; minute += 1) {
      await pass(60_000)
      const problem = problemOf(house, 'export')
      if (problem !== undefined && said.at(-1) !== problem) said.push(problem)
    }
    expect(said).toEqual([expect.stringContaining('nobody answers')])
    expect(given(sink).at(-1)).toEqual([1])
    expect(positionOf(house, 'export')).toMatchObject({ position: 0, lost_rows: 0, last_error: 'nobody answers' })
    sink.mockImplementation(async () => undefined)
    await pass(60_000)
    expect(given(sink).slice(-3)).toEqual([[1], [2, 3], [4]])
    expect(positionOf(house, 'export')).toMatchObject({ position: 4, last_error: null })
    expect(house.all('SELECT 1 FROM follower_gaps')).toEqual([])
  })

  it('is ended at its deadline when it heeds nothing, and what it says later is not heard', async () => {
    const late: (() => void)[] = []
    const sink = vi.fn<Sink>(() => new Promise((resolve) => void late.push(resolve)))
    const { house, runner, store, pass, settle } = follow([outside()], { export: sink })
    store(1)
    runner.start()
    await settle()
    await pass(9_999)
    expect(sink.mock.calls[0]?.[1].signal.aborted).toBe(false)
    await pass(1)
    expect(sink.mock.calls[0]?.[1].signal.aborted).toBe(true)
    late[0]?.()
    await settle()
    expect(positionOf(house, 'export')?.position).toBe(0)
    await pass(1_000)
    expect(sink).toHaveBeenCalledTimes(2)
    late[1]?.()
    await settle()
    expect(positionOf(house, 'export')?.position).toBe(1)
  })

  it('has no more than four deliveries that go on although they were ended', async () => {
    const sink = vi.fn<Sink>(deaf)
    const { runner, store, pass, settle } = follow([outside()], { export: sink })
    store(1)
    runner.start()
    await settle()
    for (let times = 0; times < 30; times += 1) await pass(20_000)
    expect(sink).toHaveBeenCalledTimes(4)
  })

  it('keeps no other follower from going on', async () => {
    const other = takesAll()
    const { runner, store, settle } = follow([outside(), outside({ name: 'other' })], { export: deaf, other })
    store(3)
    runner.start()
    await settle()
    expect(given(other)).toEqual([[1, 2, 3]])
  })
})

describe('a row that a sink refuses', () => {
  const refusing = (...keys: number[]) =>
    vi.fn<Sink>(async (rows) => {
      if (rows.some(({ id }) => keys.includes(id))) throw UNFIT()
    })

  it('is found, tried three times, and passed over as a gap that is named; all others arrive once', async () => {
    const sink = refusing(3)
    const { house, runner, store, pass, settle } = follow([outside()], { export: sink })
    store(5)
    runner.start()
    await settle()
    for (let times = 0; times < 10; times += 1) await pass(10_000)
    expect(positionOf(house, 'export')).toMatchObject({ position: 5, lost_rows: 1 })
    expect(gapsOf(house, 'export')).toEqual([{ first_id: 3, last_id: 3, rows: 1, reason: 'refused' }])
    const taken = given(sink).filter((rows) => !rows.includes(3))
    expect(taken.flat()).toEqual([1, 2, 4, 5])
    expect(given(sink).filter((rows) => rows.length === 1 && rows[0] === 3)).toHaveLength(3)
  })

  it('is passed over three times in a row and no more: what refuses everything loses nothing more', async () => {
    const sink = refusing(1, 2, 3, 4, 5, 6, 7)
    const { house, runner, store, pass, settle } = follow([outside()], { export: sink })
    store(7)
    runner.start()
    await settle()
    for (let times = 0; times < 100; times += 1) await pass(20_000)
    expect(positionOf(house, 'export')).toMatchObject({ position: 3, lost_rows: 3, last_error: 'no such field' })
    sink.mockImplementation(async () => undefined)
    await pass(20_000)
    expect(positionOf(house, 'export')).toMatchObject({ position: 7, lost_rows: 3, last_error: null })
  })

  it('is passed over at once when a person says so, without the rest of its back-off', async () => {
    const sink = vi.fn<Sink>(async (rows) => {
      if (rows.some(({ id }) => id === 1)) throw AWAY()
    })
    const { house, runner, store, perform, pass, settle } = follow([outside()], { export: sink })
    store(3)
    runner.start()
    await settle()
    for (let times = 0; times < 10; times += 1) await pass(20_000)
    ask(house, commandInput('followers/skip', { name: 'export' }))
    perform()
    await settle()
    expect(given(sink).slice(-2)).toEqual([[2], [3]])
    expect(positionOf(house, 'export')?.position).toBe(3)
  })

  it('behind others that are not wanted is the one that a person passes over', async () => {
    const select = 'SELECT id FROM readings WHERE id > :after AND id <= :upto AND value >= 3 ORDER BY id'
    const sink = vi.fn<Sink>(async (rows) => {
      if (rows.some(({ id }) => id === 4)) throw AWAY()
    })
    const { house, runner, store, perform, pass, settle } = follow([outside({ select })], { export: sink })
    store(6)
    runner.start()
    await settle()
    for (let times = 0; times < 10; times += 1) await pass(20_000)
    ask(house, commandInput('followers/skip', { name: 'export' }))
    perform()
    await settle()
    expect(gapsOf(house, 'export')).toEqual([{ first_id: 4, last_id: 4, rows: 1, reason: 'skipped' }])
    expect([given(sink).slice(-2), positionOf(house, 'export')?.position]).toEqual([[[5], [6]], 6])
  })

  it('that a person passes over while it is delivered ends that delivery', async () => {
    const sink = vi.fn<Sink>(deaf)
    const { house, runner, store, perform, settle } = follow([outside()], { export: sink })
    store(3)
    runner.start()
    await settle()
    sink.mockImplementation(async () => undefined)
    ask(house, commandInput('followers/skip', { name: 'export', all: true }))
    perform()
    await settle()
    expect(sink.mock.calls[0]?.[1].signal.aborted).toBe(true)
    store(1)
    await settle()
    expect(given(sink).at(-1)).toEqual([4])
  })
})

describe('an engine that cannot store', () => {
  it('is waited for, whatever it is asked', async () => {
    const sink = takesAll()
    const { house, runner, store, faults, pass, settle } = follow([outside()], { export: sink })
    store(2)
    faults.push(new LaresError('disk_full', 'full'))
    runner.start()
    await settle()
    await pass(1_000)
    expect(given(sink)).toEqual([[1, 2]])
    expect(positionOf(house, 'export')?.position).toBe(2)
    store(2)
    faults.push(new LaresError('disk_full', 'full'))
    await settle()
    await pass(1_000)
    expect(given(sink)).toEqual([
      [1, 2],
      [3, 4],
    ])
    expect(positionOf(house, 'export')?.position).toBe(4)
  })

  it('that could not take an acknowledgement gets it again, and the sink is not asked twice nor to blame', async () => {
    const sink = takesAll()
    const { house, runner, store, faults, pass, settle } = follow([outside()], { export: sink })
    runner.start()
    await settle()
    sink.mockImplementationOnce(async () => {
      faults.push(new LaresError('disk_full', 'full'))
    })
    store(2)
    await settle()
    expect(positionOf(house, 'export')?.position).toBe(0)
    await pass(1_000)
    expect(positionOf(house, 'export')?.position).toBe(2)
    expect(given(sink)).toEqual([[1, 2]])
    expect(runner.counts).toEqual([{ name: 'export', rows: 2, failures: 0 }])
  })
})

describe('an inside follower', () => {
  it('works as soon as rows are committed, a batch in each transaction', async () => {
    const { house, runner, store, settle } = follow([inside()])
    store(7)
    runner.start()
    await settle()
    store(1)
    await settle()
    expect(positionOf(house, 'sums')?.position).toBe(8)
    expect(house.all("SELECT value FROM hub_settings WHERE key = 'sum'")).toEqual([{ value: '21' }])
  })

  it('passes over the row at which it fails, and does everything else once', async () => {
    const base = inside()
    const { house, runner, store, pass, settle } = follow([
      inside({
        apply(context, rows) {
          base.apply(context, rows)
          if (rows.some(({ id }) => id === 3)) throw new Error('three')
        },
      }),
    ])
    store(7)
    runner.start()
    await settle()
    for (let times = 0; times < 20; times += 1) await pass(60_000)
    expect(positionOf(house, 'sums')).toMatchObject({ position: 7, lost_rows: 1 })
    expect(gapsOf(house, 'sums')).toEqual([{ first_id: 3, last_id: 3, rows: 1, reason: 'refused' }])
    expect(house.all("SELECT value FROM hub_settings WHERE key = 'sum'")).toEqual([{ value: '19' }])
  })
})

describe('a follower whose rows went before it had them', () => {
  it('goes on with the next ones, and comes to rest where nothing is left', async () => {
    const sink = takesAll()
    const { house, runner, store, steps, settle } = follow([outside()], { export: sink })
    store(10)
    house.db.prepare('DELETE FROM readings WHERE id < 4 OR id > 8').run()
    runner.start()
    await settle()
    expect(given(sink)).toEqual([[4, 5, 6, 7, 8]])
    expect(steps.length).toBeLessThan(8)
    expect(step(house, { step: 'found' }).value).toMatchObject([{ newest: 10 }])
  })
})

describe('the stop of the hub', () => {
  it('ends what is under way, and waits half a second for what does not hear it', async () => {
    const sink = vi.fn<Sink>(deaf)
    const { house, runner, store, clock, settle } = follow([outside()], { export: sink })
    store(1)
    runner.start()
    await settle()
    const stopped = runner.stop()
    await settle()
    expect(sink.mock.calls[0]?.[1].signal.aborted).toBe(true)
    clock.advance(500)
    await stopped
    store(1)
    await settle()
    expect(sink).toHaveBeenCalledTimes(1)
    expect(positionOf(house, 'export')?.position).toBe(0)
  })
})
