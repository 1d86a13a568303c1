import { describe, expect, it, vi } from 'vitest'
import { LaresError } from '../../../shared/errors.ts'
import { openJobsHouse } from '../features/jobs/jobs-house.ts'
import { once, repeated } from '../features/jobs/test-kinds.ts'
import { becomes, put, runnerOver, turn, untilAborted } from './runner-over-house.ts'

const FULL = () => new LaresError('disk_full', 'no room')
const BROKEN = () => new LaresError('internal', 'the hub failed at this, and kept nothing of it')
/** The longest first back-off. */
const FIRST_MS = 1_500

describe('a question that the engine does not answer', () => {
  it('what an earlier life ran is asked again', async () => {
    const before = openJobsHouse([once()])
    put(before, once())
    before.claim()
    const house = before.restart()
    let asked = 0
    runnerOver(house, async () => 'x', {
      between(change, step) {
        if (change.step === 'found' && asked++ === 0) throw FULL()
        return step(change)
      },
    })
    await turn()
    expect(house.states()).toEqual(['running'])
    house.clock.advance(FIRST_MS)
    await becomes(house, 'failed')
    expect(house.row(1).last_code).toBe('outcome_unknown')
  })

  it('because the house fails at it is in the health of the hub until it is answered', async () => {
    const house = openJobsHouse([once()])
    let fails = true
    const { stuck } = runnerOver(house, async () => 'x', {
      between: (change, step) =>
        fails && change.step === 'claim' ? { verdict: 'rejected', value: { error: 'no such column' } } : step(change),
    })
    put(house, once())
    await vi.waitFor(() => expect(stuck.at(-1)).toContain('no such column'))
    fails = false
    house.clock.advance(FIRST_MS)
    await becomes(house, 'done')
    expect(stuck.at(-1)).toBeNull()
  })
})

describe('an outcome whose batch was broken by something else', () => {
  it('is sent again as it is', async () => {
    const house = openJobsHouse([once()])
    const { faults, ended } = runnerOver(house, async () => {
      faults.push(BROKEN(), BROKEN())
      return 'x'
    })
    put(house, once())
    for (let tries = 1; tries <= 2; tries += 1) {
      await vi.waitFor(() => expect(ended()).toHaveLength(tries))
      await turn()
      house.clock.advance(2 * FIRST_MS)
    }
    await becomes(house, 'done')
    expect(ended()).toEqual(['ended done', 'ended done', 'ended done'])
  })

  it('fails its job when that helps nothing: it may be what breaks them', async () => {
    const house = openJobsHouse([once()])
    runnerOver(house, async () => 'x', {
      between(change, step) {
        if (change.step === 'ended' && change.outcome.is === 'done') throw BROKEN()
        return step(change)
      },
    })
    put(house, once())
    await vi.waitFor(async () => {
      house.clock.advance(60_000)
      expect(house.states()).toEqual(['failed'])
    })
    expect(house.row(1)).toMatchObject({ last_code: 'handler_failed' })
  })

  it('is not sent without a pause, whatever the house says to it', async () => {
    const house = openJobsHouse([once()])
    const { ended } = runnerOver(house, async () => 'x', {
      async between(change, step) {
        await turn()
        return change.step === 'ended' ? { verdict: 'rejected', value: { error: 'no' } } : step(change)
      },
    })
    put(house, once())
    await vi.waitFor(() => expect(ended()).toEqual(['ended done', 'ended untold']))
    for (let turns = 0; turns < 20; turns += 1) await turn()
    expect(ended()).toHaveLength(2)
    house.clock.advance(FIRST_MS)
    await vi.waitFor(() => expect(ended()).toHaveLength(3))
  })
})

describe('a hub that stops while the engine is slow', () => {
  it('aborts what runs before it waits for an answer', async () => {
    const house = openJobsHouse([repeated()])
    const slow = Promise.withResolvers<void>()
    let aborted = false
    const { runner, steps } = runnerOver(
      house,
      (payload, run) => {
        run.signal.addEventListener('abort', () => {
          aborted = true
        })
        return untilAborted(payload, run)
      },
      {
        async between(change, step) {
          if (change.step === 'claim' && house.states()[0] === 'running') await slow.promise
          return step(change)
        },
      },
    )
    put(house, repeated())
    await becomes(house, 'running')
    await turn()
    runner.wake()
    await turn()
    expect(steps.at(-1)).toBe('claim')
    const stopped = runner.stop()
    expect(aborted).toBe(true)
    slow.resolve()
    await stopped
    expect(house.states()).toEqual(['waiting'])
  })
})
