import { Worker } from 'node:worker_threads'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ManualClock, systemClock } from '../../shared/clock.ts'
import { silentLog } from '../../shared/log.ts'
import { Supervisor, type SupervisorParts } from '../../shared/supervisor.ts'
import { FakeWorker } from './fake-worker.ts'

type To = { kind: 'stop' } | { kind: 'hello' } | { kind: 'answer'; number: number }
type From = { kind: 'stopped' } | { kind: 'ask'; number: number }

describe('a supervisor', () => {
  let clock: ManualClock
  let workers: FakeWorker<To, From>[]
  let heard: number[]
  let answers: ((message: To) => void)[]
  let lost: string[]
  const newest = () => workers.at(-1) ?? expect.fail('there is no worker')

  beforeEach(() => {
    clock = new ManualClock()
    workers = []
    heard = []
    answers = []
    lost = []
  })

  function supervise(parts: Partial<SupervisorParts<To, From>> = {}): Supervisor<To, From> {
    return new Supervisor<To, From>({
      name: 'the thread of this test',
      spawn() {
        workers.push(new FakeWorker())
        return newest()
      },
      hear: ({ number }, answer) => {
        heard.push(number)
        answers.push(answer)
      },
      lost: ({ message }) => lost.push(message),
      clock,
      log: silentLog,
      ...parts,
    })
  }

  /** Milliseconds until there is another worker. */
  function untilNext(): number {
    const before = workers.length
    for (let waited = 0; waited < 200_000; waited += 10) {
      if (workers.length > before) return waited
      clock.advance(10)
    }
    return Number.POSITIVE_INFINITY
  }

  it('begins one, tells it what it must know first, and begins no second', () => {
    const supervisor = supervise({ began: () => supervisor.say({ kind: 'hello' }) })
    supervisor.say({ kind: 'hello' })
    supervisor.start()
    supervisor.start()
    expect(workers).toHaveLength(1)
    expect(newest().posted).toEqual([{ kind: 'hello' }])
  })

  it('begins one that dies anew, waits longer each time up to a minute, and less again after one that lived', () => {
    supervise().start()
    newest().emit('error', new Error('out of memory'))
    newest().dies()
    expect(lost).toEqual(['out of memory'])
    expect(workers[0]?.terminated).toBe(true)
    const waits = [untilNext()]
    for (let deaths = 0; deaths < 8; deaths++) {
      newest().says({ kind: 'ask', number: deaths })
      newest().dies()
      waits.push(untilNext())
    }
    expect(waits[0]).toBeLessThanOrEqual(1_510)
    expect(Math.max(...waits)).toBeGreaterThan(20_000)
    expect(Math.max(...waits)).toBeLessThanOrEqual(90_010)
    clock.advance(60_000)
    newest().dies()
    expect(untilNext()).toBeLessThanOrEqual(1_510)
    expect(lost).toHaveLength(10)
  })

  it('tries again when one cannot even be begun', () => {
    let tries = 0
    const supervisor = supervise({
      spawn() {
        tries += 1
        if (tries < 3) throw new Error('no memory for a thread')
        workers.push(new FakeWorker())
        return newest()
      },
    })
    supervisor.start()
    expect(supervisor.running).toBe(false)
    clock.advance(10_000)
    expect(supervisor.running).toBe(true)
    expect(lost).toEqual(['no memory for a thread', 'no memory for a thread'])
  })

  it('begins none while one is waited for, and none where there is nothing to do until it is started again', () => {
    let wanted = false
    const supervisor = supervise({
      spawn() {
        if (!wanted) return null
        workers.push(new FakeWorker())
        return newest()
      },
    })
    supervisor.start()
    clock.advance(600_000)
    expect(workers).toHaveLength(0)
    wanted = true
    supervisor.start()
    newest().dies()
    supervisor.start()
    expect(workers).toHaveLength(1)
    clock.advance(5_000)
    expect(workers).toHaveLength(2)
  })

  it('waits until the next may begin', () => {
    let may = false
    supervise({ mayBegin: () => may }).start()
    newest().dies()
    clock.advance(600_000)
    expect(workers).toHaveLength(1)
    may = true
    clock.advance(120_000)
    expect(workers).toHaveLength(2)
  })

  it('hears nothing of a dead one, and does not give its answer to the next', () => {
    supervise().start()
    newest().says({ kind: 'ask', number: 1 })
    newest().dies()
    clock.advance(5_000)
    answers[0]?.({ kind: 'answer', number: 1 })
    workers[0]?.says({ kind: 'ask', number: 2 })
    workers[0]?.emit('error', new Error('late'))
    expect(heard).toEqual([1])
    expect(newest().posted).toEqual([])
    expect(lost).toHaveLength(1)
    newest().says({ kind: 'ask', number: 1 })
    answers[1]?.({ kind: 'answer', number: 1 })
    expect(newest().posted).toEqual([{ kind: 'answer', number: 1 }])
  })

  it('ends one that is of no use any more and begins the next', () => {
    const supervisor = supervise()
    supervisor.start()
    supervisor.giveUp(new Error('it says nothing'))
    expect(workers[0]?.terminated).toBe(true)
    expect(lost).toEqual(['it says nothing'])
    clock.advance(5_000)
    expect(workers).toHaveLength(2)
  })

  it.each([
    ['says so', (worker: FakeWorker<To, From>) => worker.says({ kind: 'stopped' })],
    ['ends', (worker: FakeWorker<To, From>) => worker.dies()],
    ['fails', (worker: FakeWorker<To, From>) => worker.emit('error', new Error('while it stopped'))],
    ['lets a second pass', () => clock.advance(1_000)],
  ])('waits for one that is told to stop until it %s, answers it meanwhile, and begins no other', async (_how, end) => {
    const supervisor = supervise()
    supervisor.start()
    const stopping = [supervisor.stop(), supervisor.stop()]
    newest().says({ kind: 'ask', number: 1 })
    answers[0]?.({ kind: 'answer', number: 1 })
    expect(newest().posted).toEqual([{ kind: 'stop' }, { kind: 'answer', number: 1 }])
    expect(newest().terminated).toBe(false)
    end(newest())
    await Promise.all(stopping)
    expect(newest().terminated).toBe(true)
    supervisor.start()
    clock.advance(600_000)
    expect(workers).toHaveLength(1)
    expect(lost).toEqual([])
  })

  it('begins none any more when it is stopped while one is waited for', async () => {
    const supervisor = supervise()
    supervisor.start()
    newest().dies()
    await supervisor.stop()
    supervisor.start()
    clock.advance(600_000)
    expect(workers).toHaveLength(1)
  })
})

describe('a supervisor of a real thread', () => {
  it('sees it fail as it loads, and stops one that never answers', async () => {
    const reasons: string[] = []
    const programs = ["throw new Error('it does not load')", 'setInterval(() => {}, 1_000)']
    const supervisor = new Supervisor<To, From>({
      name: 'the thread of this test',
      spawn: () => new Worker(programs.shift() ?? '', { eval: true }),
      hear() {},
      lost: ({ message }) => reasons.push(message),
      clock: systemClock,
      log: silentLog,
    })
    supervisor.start()
    await vi.waitFor(() => expect(programs).toEqual([]), { timeout: 15_000 })
    expect(reasons).toEqual(['it does not load'])
    await supervisor.stop()
    expect(supervisor.running).toBe(false)
  }, 30_000)
})
