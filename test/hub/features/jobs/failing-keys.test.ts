import { describe, expect, it } from 'vitest'
import { enqueue, type NewJob } from '../../../../hub/features/jobs/enqueue.ts'
import { type JobsHouse, openJobsHouse } from './jobs-house.ts'
import { AGAIN, DONE, type Note, repeated } from './test-kinds.ts'

const HOUR_MS = 3_600_000

/** Up to three runs. */
const letter = repeated()
/** Tried for long: after 1, 2, 4, … s and then every minute, each half as long to half as long again. */
const patient = repeated({
  delivery: { promise: 'at_least_once', attempts: 20, backoff: { firstMs: 1_000, capMs: 60_000 } },
})

const put = (house: JobsHouse, more: Partial<NewJob<Note>> = {}, kind = letter) =>
  house.inEngine((context) => enqueue(context, kind, { key: 'anna', payload: { text: 'hello' }, ...more }))
const failing = (house: JobsHouse) => house.problem('letter', 'jobs_failing')

/** Runs in twenty minutes in which each fails. */
function runsOf(house: JobsHouse, wishes: { eachMinute?: () => void; duringRun?: () => void }): number {
  let runs = 0
  for (let second = 0; second < 1_200; second += 5) {
    if (second % 60 === 0) wishes.eachMinute?.()
    for (const job of house.claim()) {
      runs += 1
      wishes.duringRun?.()
      house.ended(job, AGAIN)
    }
    house.tick(5_000)
  }
  return runs
}

/** A run that fails while a newer job is enqueued. */
function fails(house: JobsHouse, newer?: Partial<NewJob<Note>>): void {
  const [job] = house.claim()
  if (!job) throw new Error('nothing is due')
  if (newer) put(house, newer)
  house.ended(job, AGAIN)
}

/** The same until its back-off is over; says what the hub's health is told when it fails. */
function failed(house: JobsHouse, newer?: Partial<NewJob<Note>>): string | null | undefined {
  fails(house, newer)
  const said = failing(house)
  house.tick(3_000)
  return said
}

describe('a key of which every run fails', () => {
  // Six runs until the back-off is a minute, and then one each half a minute at most.
  const AT_MOST = 46

  it('is run less and less often also while a newer job is enqueued during each run', () => {
    const house = openJobsHouse([patient])
    put(house, {}, patient)
    expect(runsOf(house, { duringRun: () => put(house, {}, patient) })).toBeLessThanOrEqual(AT_MOST)
  })

  it('is run less and less often also while a newer job is enqueued every minute', () => {
    const house = openJobsHouse([patient])
    expect(runsOf(house, { eachMinute: () => put(house, {}, patient) })).toBeLessThanOrEqual(AT_MOST)
  })

  it('is told to the health as soon as it failed as often as would fail one job, and no longer once one is done', () => {
    const house = openJobsHouse([letter])
    put(house)
    expect([failed(house, {}), failed(house, {})]).toEqual([undefined, undefined])
    const words = 'job 4 ("letter", anna) failed 3 times in a row: nobody answers'
    expect(failed(house, {})).toBe(words)
    const [job] = house.claim()
    expect(house.restart().problem('letter', 'jobs_failing')).toBe(words)
    if (job) house.ended(job, DONE)
    expect([failing(house), house.states()]).toEqual([null, ['replaced', 'replaced', 'replaced', 'done']])
  })

  it('is counted on when the hub stops while a newer job waits', () => {
    const house = openJobsHouse([letter])
    put(house)
    for (let at = 0; at < 2; at += 1) failed(house, {})
    const [job] = house.claim()
    put(house)
    if (job) house.ended(job, { is: 'interrupted', clean: true })
    expect(house.row(4)).toMatchObject({ last_code: 'unreachable', last_error: 'nobody answers' })
    expect(failed(house)).toBe('job 4 ("letter", anna) failed 3 times in a row: nobody answers')
  })

  it('has each newer job tried as often as its kind says, which then has failed', () => {
    const house = openJobsHouse([letter])
    put(house)
    for (let at = 0; at < 5; at += 1) failed(house, {})
    failed(house)
    failed(house)
    expect(house.row(6)).toMatchObject({ state: 'waiting', attempts: 2 })
    expect(failed(house)).toBeNull()
    expect(house.row(6)).toMatchObject({ state: 'failed', attempts: 3 })
  })

  it('keeps the longer delay that a newer job asked for, which is no back-off: the next one may shorten it', () => {
    const house = openJobsHouse([letter])
    put(house)
    failed(house, { delayMs: HOUR_MS })
    expect(house.claim()).toEqual([])
    put(house)
    expect(house.claim()).toHaveLength(1)
  })

  describe.each([
    ['while it runs', { delayMs: HOUR_MS }, []],
    ['after it failed', undefined, [{ delayMs: HOUR_MS }]],
    ['after it failed, and then a longer one', undefined, [{ delayMs: HOUR_MS }, { delayMs: 2 * HOUR_MS }]],
  ])('for which a delay is asked %s', (_when, meanwhile, later) => {
    const delayed = () => {
      const house = openJobsHouse([letter])
      put(house)
      fails(house, meanwhile)
      for (const wish of later) put(house, wish)
      return house
    }

    it.each([
      ['in the same life', delayed],
      ['in the next life, whose monotonic clock is another', () => delayed().restart([letter], 9 * HOUR_MS)],
    ])('waits for its back-off and no longer once that is taken back, %s', (_life, life) => {
      const house = life()
      put(house)
      expect(house.claim()).toEqual([])
      house.tick(1_500)
      expect(house.claim()).toHaveLength(1)
    })

    it('has its back-off counted as over with the time that the hub was away', () => {
      const house = delayed()
      house.clock.jump(1_500)
      const next = house.restart()
      put(next)
      expect(next.claim()).toHaveLength(1)
    })
  })

  it('keeps the newer job back also when its own was the last try', () => {
    const house = openJobsHouse([
      repeated({ delivery: { promise: 'at_least_once', attempts: 1, backoff: { firstMs: 60_000, capMs: 60_000 } } }),
    ])
    put(house)
    failed(house, {})
    expect([house.states(), house.claim()]).toEqual([['failed', 'waiting'], []])
  })
})
