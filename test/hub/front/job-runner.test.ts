import { describe, expect, it, vi } from 'vitest'
import { RUNS_AT_ONCE } from '../../../hub/front/job-runner.ts'
import { LaresError } from '../../../shared/errors.ts'
import { type JobsHouse, openJobsHouse } from '../features/jobs/jobs-house.ts'
import { once, repeated } from '../features/jobs/test-kinds.ts'
import { becomes, deaf, giveUpRun, put, runnerOver, turn, untilAborted } from './runner-over-house.ts'

describe('the runner of jobs', () => {
  it('runs what was enqueued as soon as it is committed, and hands its value to the house', async () => {
    const done: unknown[] = []
    const kind = repeated({ done: (_context, { key }, value) => void done.push([key, value]) })
    const house = openJobsHouse([kind])
    const { runner, steps } = runnerOver(house, async ({ text }, { attempt }) => `${text} ${attempt}`)
    await turn()
    const before = steps.length
    put(house, kind)
    await becomes(house, 'done')
    expect(done).toEqual([['anna', 'anna 1']])
    expect(steps.slice(before)).toEqual(['claim', 'ended done', 'claim'])
    expect(runner.outcomes).toEqual([{ kind: 'letter', outcome: 'done', runs: 1 }])
  })

  it('asks for nothing while nothing is due', async () => {
    const house = openJobsHouse([repeated()])
    const { steps } = runnerOver(house, async () => 'x')
    await turn()
    const before = steps.length
    for (let second = 0; second < 100; second += 1) house.tick(1_000)
    await turn()
    expect(steps.slice(before)).toEqual([])
  })

  it('repeats what failed after its back-off, and says why it failed', async () => {
    let runs = 0
    const house = openJobsHouse([repeated()])
    runnerOver(house, async () => {
      runs += 1
      if (runs === 1) throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') })
      return 'x'
    })
    const id = put(house, repeated())
    await vi.waitFor(() => expect(house.row(id).last_error).toBe('fetch failed: connect ECONNREFUSED'))
    house.tick(1_500)
    await becomes(house, 'done')
    expect(house.row(id).attempts).toBe(2)
  })

  it('takes the word of an error with a code whether trying again can help', async () => {
    const house = openJobsHouse([repeated()])
    runnerOver(house, async () => {
      throw new LaresError('bad_params', 'no such street')
    })
    const id = put(house, repeated())
    await becomes(house, 'failed')
    expect(house.row(id)).toMatchObject({ attempts: 1, last_code: 'bad_params' })
  })

  it('fails a job whose code cannot be loaded, or whose value cannot be handed over', async () => {
    const house = openJobsHouse([once()])
    const load = () => Promise.reject(new Error('no such module'))
    const { runner } = runnerOver(house, deaf, { load })
    put(house, once())
    await becomes(house, 'failed')
    await runner.stop()
    runnerOver(house, async () => () => 'a function')
    put(house, once(), 'paul')
    await becomes(house, 'failed', 'failed')
  })
})

describe('a run that takes too long', () => {
  it.each([
    ['heeds its signal', untilAborted],
    ['hears nothing', deaf],
  ])('is ended at its deadline when it %s', async (_what, run) => {
    const house = openJobsHouse([once()])
    runnerOver(house, run)
    const id = put(house, once())
    await becomes(house, 'running')
    await turn()
    house.clock.advance(10_000)
    await becomes(house, 'failed')
    expect(house.row(id)).toMatchObject({ last_code: 'timed_out', last_error: 'it took longer than 10 s' })
  })

  it('says in vain what it says later', async () => {
    const late = Promise.withResolvers<string>()
    const house = openJobsHouse([once()])
    const { steps } = runnerOver(house, () => late.promise)
    put(house, once())
    await becomes(house, 'running')
    await turn()
    house.clock.advance(10_000)
    await becomes(house, 'failed')
    late.resolve('done after all')
    await turn()
    expect(house.states()).toEqual(['failed'])
    expect(steps.filter((step) => step.startsWith('ended'))).toEqual(['ended failed'])
  })

  it('keeps its place: runs that do not end stop all others in the end, and the hub says so', async () => {
    const kind = repeated({ concurrency: 1_000, delivery: { promise: 'at_most_once' } })
    const house = openJobsHouse([kind])
    const ends = Promise.withResolvers<string>()
    const { stuck } = runnerOver(house, () => ends.promise)
    for (let at = 0; at <= RUNS_AT_ONCE; at += 1) put(house, kind, `k${at}`)
    const count = (state: string) => house.states().filter((one) => one === state).length
    await vi.waitFor(() => expect(count('running')).toBe(RUNS_AT_ONCE))
    await turn()
    house.clock.advance(10_000)
    await vi.waitFor(() => expect(count('failed')).toBe(RUNS_AT_ONCE))
    await turn()
    house.tick(10_000)
    await turn()
    expect([count('waiting'), stuck.at(-1)]).toEqual([
      1,
      '16 runs of jobs do not end, the last of the kind "letter": no job is run',
    ])
    ends.resolve('at last')
    await vi.waitFor(() => expect(count('done')).toBe(1))
    expect(stuck.at(-1)).toBeNull()
  })
})

describe('a run that was ended and goes on', () => {
  it.each([
    ['by a person', 1, (house: JobsHouse) => giveUpRun(house, 1), ['cancelled', 'waiting'], ['cancelled', 'done']],
    ['at its deadline', 0, (house: JobsHouse) => house.clock.advance(10_000), ['waiting'], ['done']],
  ])('%s keeps its key until it has ended', async (_how, more, end, meanwhile, after) => {
    const first = Promise.withResolvers<string>()
    let runs = 0
    const house = openJobsHouse([repeated()])
    const { steps } = runnerOver(house, async () => {
      runs += 1
      return runs === 1 ? first.promise : 'x'
    })
    put(house, repeated())
    await becomes(house, 'running')
    await turn()
    for (let at = 0; at < more; at += 1) put(house, repeated())
    end(house)
    await becomes(house, ...meanwhile)
    house.tick(9_000)
    await turn()
    const before = steps.length
    for (let second = 0; second < 5; second += 1) house.tick(100)
    await turn()
    // Nothing is asked for in vain meanwhile: each question is a commit.
    expect([runs, house.states(), steps.length - before]).toEqual([1, meanwhile, 0])
    first.resolve('at last')
    await becomes(house, ...after)
    expect(runs).toBe(2)
  })

  it('is told to the health of the hub after a while, and no longer once it has ended', async () => {
    const end = Promise.withResolvers<string>()
    const house = openJobsHouse([once()])
    const { stuck } = runnerOver(house, () => end.promise)
    put(house, once())
    await becomes(house, 'running')
    await turn()
    house.clock.advance(10_000)
    await becomes(house, 'failed')
    await turn()
    expect(stuck).toEqual([])
    house.clock.advance(10_000)
    expect(stuck.at(-1)).toContain('the run of job 1 ("siren", anna) was ended and goes on all the same')
    end.resolve('at last')
    await turn()
    expect(stuck.at(-1)).toBeNull()
  })

  it('is told with what is not run because of it: of its key, and none of its kind once no place of that is left', async () => {
    const letter = repeated({ delivery: { promise: 'at_most_once' } })
    const house = openJobsHouse([letter, once()])
    const { stuck } = runnerOver(house, deaf)
    const goesDeaf = async (kind: typeof letter, key: string) => {
      put(house, kind, key)
      await vi.waitFor(() => expect(house.states().at(-1)).toBe('running'))
      await turn()
      house.clock.advance(10_000)
      await vi.waitFor(() => expect(house.states().at(-1)).toBe('failed'))
      await turn()
      house.clock.advance(10_000)
      return stuck.at(-1)?.split('; ')
    }
    const until = 'is run until it has ended or the hub is restarted'
    expect(await goesDeaf(letter, 'a')).toEqual([expect.stringContaining(`no other of its key ${until}`)])
    const both = expect.stringMatching(
      /^2 runs of jobs "letter" .* job 2 \(b\): none of this kind is run until one has/,
    )
    expect(await goesDeaf(letter, 'b')).toEqual([both])
    expect(await goesDeaf(once(), 'c')).toEqual([both, expect.stringContaining(`none of its kind ${until}`)])
  })
})

describe('a hub that stops', () => {
  it('ends what runs, and puts it back where that may be', async () => {
    const house = openJobsHouse([repeated(), once()])
    const { runner } = runnerOver(house, untilAborted)
    put(house, repeated())
    put(house, once())
    await becomes(house, 'running', 'running')
    await turn()
    await runner.stop()
    expect(house.states()).toEqual(['waiting', 'failed'])
    expect(house.row(1).attempts).toBe(0)
  })

  it('waits for what does not hear it half a second', async () => {
    const house = openJobsHouse([repeated()])
    const { runner } = runnerOver(house, deaf)
    put(house, repeated())
    await becomes(house, 'running')
    await turn()
    const stopped = runner.stop()
    await turn()
    expect(house.states()).toEqual(['running'])
    house.clock.advance(500)
    await becomes(house, 'waiting')
    await stopped
  })
})

describe('a disk that takes nothing', () => {
  it('is waited for with what became of a run', async () => {
    const house = openJobsHouse([once()])
    const { faults, steps } = runnerOver(house, async () => {
      faults.push(new LaresError('disk_full', 'no room'), new LaresError('disk_full', 'no room'))
      return 'x'
    })
    put(house, once())
    for (let tries = 0; tries < 2; tries += 1) {
      await vi.waitFor(() => expect(steps.filter((step) => step === 'ended done')).toHaveLength(tries + 1))
      await turn()
      house.clock.advance(3_000)
    }
    await becomes(house, 'done')
  })

  it('has nothing claimed, and what waits is run once it takes commits again', async () => {
    const house = openJobsHouse([once()])
    const { faults } = runnerOver(house, async () => 'x')
    await turn()
    faults.push(new LaresError('disk_full', 'no room'))
    put(house, once())
    await turn()
    expect([faults, house.states()]).toEqual([[], ['waiting']])
    house.tick(1_000)
    await becomes(house, 'done')
  })
})

describe('a house that fails at what became of a run', () => {
  it('has a failed job that says so, and the runner goes on', async () => {
    const kind = repeated({
      done(_context, { key }) {
        if (key === 'bad') throw new Error('no room for it')
      },
    })
    const house = openJobsHouse([kind])
    runnerOver(house, async () => 'x')
    const id = put(house, kind, 'bad')
    put(house, kind, 'good')
    await becomes(house, 'failed', 'done')
    expect(house.row(id)).toMatchObject({ last_code: 'handler_failed' })
  })
})

describe('a run that a person gave up', () => {
  it('is aborted, and nothing is written of what it says', async () => {
    const house = openJobsHouse([repeated()])
    const { runner, ended } = runnerOver(house, untilAborted)
    const id = put(house, repeated())
    await becomes(house, 'running')
    await turn()
    giveUpRun(house, id)
    await vi.waitFor(() => expect(runner.outcomes).toEqual([{ kind: 'letter', outcome: 'cancelled', runs: 1 }]))
    expect(house.states()).toEqual(['cancelled'])
    expect(ended()).toEqual([])
  })

  it('is not begun when it was claimed in the same batch', async () => {
    let runs = 0
    const house = openJobsHouse([repeated()])
    const { ended } = runnerOver(
      house,
      async () => {
        runs += 1
      },
      {
        between(change, step) {
          const answer = step(change)
          // What a batch brings about is done before anybody hears what was claimed in it.
          if (change.step === 'claim' && house.states()[0] === 'running') giveUpRun(house, 1)
          return answer
        },
      },
    )
    put(house, repeated())
    await becomes(house, 'cancelled')
    await turn()
    await turn()
    expect([runs, ended()]).toEqual([0, []])
  })
})
