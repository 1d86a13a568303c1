import { describe, expect, it } from 'vitest'
import type { JobKind } from '../../../../hub/engine/job-kind.ts'
import { enqueue, type NewJob } from '../../../../hub/features/jobs/enqueue.ts'
import { type JobsHouse, openJobsHouse } from './jobs-house.ts'
import { AGAIN, DONE, type Note, once, repeated } from './test-kinds.ts'

const letter = repeated()
const put = (house: JobsHouse, kind: JobKind<Note, string>, key: string, more: Partial<NewJob<Note>> = {}) =>
  house.inEngine((context) => enqueue(context, kind, { key, payload: { text: key }, ...more }))
const keys = (house: JobsHouse, most?: number) => house.claim(most).map(({ key }) => key)

describe('what runs next', () => {
  it('is marked on the disk before it is handed out', () => {
    const house = openJobsHouse([letter])
    const id = put(house, letter, 'anna')
    const [claimed] = house.claim()
    expect(claimed).toMatchObject({ job: id, kind: 'letter', attempt: 1, deadlineMs: 10_000 })
    expect(house.row(id)).toMatchObject({ state: 'running', attempts: 1, idempotency_key: claimed?.idempotencyKey })
  })

  it('is the longest waiting, up to the concurrency of its kind', () => {
    const house = openJobsHouse([letter])
    for (const key of ['a', 'b', 'c']) put(house, letter, key)
    expect(keys(house)).toEqual(['a', 'b'])
    expect(keys(house)).toEqual([])
  })

  it('is shared fairly: a kind with one job does not wait for the hundred of another', () => {
    const busy = repeated({ name: 'busy', concurrency: 50 })
    const house = openJobsHouse([busy, letter])
    for (let at = 0; at < 100; at += 1) put(house, busy, `b${at}`)
    for (const key of ['x', 'y']) put(house, letter, key)
    expect(keys(house, 4)).toEqual(['b0', 'x', 'b1', 'y'])
  })

  it('takes turns also where one at a time is run', () => {
    const busy = repeated({ name: 'busy' })
    const house = openJobsHouse([busy, letter])
    for (const key of ['b0', 'b1']) put(house, busy, key)
    for (const key of ['x', 'y']) put(house, letter, key)
    const order = Array.from({ length: 4 }, () => {
      const [job] = house.claim(1)
      if (job) house.ended(job, DONE)
      return job?.key
    })
    expect(order).toEqual(['b0', 'x', 'b1', 'y'])
  })

  it('is nothing of a kind that the runner cannot run', () => {
    const house = openJobsHouse([letter, once()])
    put(house, letter, 'a')
    expect(house.claim(16, ['siren'])).toEqual([])
  })
})

describe('a job that cannot be read any more', () => {
  it.each([
    ['is no JSON', '{"text":', 'damaged in the database'],
    ['is of another version', '{"words":"x"}', 'does not fit this version of Lares'],
  ])('is failed and says so when what it is to do %s, and the others go on', (_what, stored, words) => {
    const told: string[] = []
    const kind = repeated({ failed: (_context, { key }) => void told.push(key) })
    const house = openJobsHouse([kind])
    const id = put(house, kind, 'broken')
    put(house, kind, 'good')
    house.db.prepare('UPDATE jobs SET payload = ? WHERE id = ?').run(stored, id)
    expect(keys(house)).toEqual(['good'])
    expect(house.row(id)).toMatchObject({ state: 'failed', last_code: 'job_failed' })
    expect(house.row(id).last_error).toContain(words)
    expect(house.problem('letter')).toContain(words)
    // Its kind is not told of what it cannot read.
    expect(told).toEqual([])
  })
})

describe('a run that goes on although it was ended', () => {
  it('counts for the concurrency of its kind, and keeps its key', () => {
    const house = openJobsHouse([letter])
    for (const key of ['a', 'b', 'c']) put(house, letter, key)
    const going = [{ kind: 'letter', key: 'a' }]
    expect(house.claim(16, ['letter'], going).map(({ key }) => key)).toEqual(['b'])
    house.tick(1_000)
    expect(house.effects.some(({ kind }) => kind === 'jobs_due')).toBe(false)
  })
})

describe('a job that is due by wall time', () => {
  const due = (house: JobsHouse) => house.effects.some(({ kind }) => kind === 'jobs_due')

  it('is not run before, and then within a second', () => {
    const house = openJobsHouse([letter])
    put(house, letter, 'evening', { dueAt: house.clock.now() + 60_000 })
    expect(due(house)).toBe(false)
    house.tick(59_999)
    expect([due(house), keys(house)]).toEqual([false, []])
    house.tick(1)
    expect([due(house), keys(house)]).toEqual([true, ['evening']])
  })

  it('is not run while the clock follows no time source, however late that clock says it is', () => {
    const house = openJobsHouse([letter])
    put(house, letter, 'evening', { dueAt: house.clock.now() + 60_000 })
    house.clockSynced = false
    house.clock.jump(365 * 86_400_000)
    house.tick(1_000)
    expect([due(house), keys(house)]).toEqual([false, []])
    house.clock.jump(-365 * 86_400_000)
    house.clockSynced = true
    house.tick(1_000)
    expect([due(house), keys(house)]).toEqual([false, []])
    house.tick(60_000)
    expect([due(house), keys(house)]).toEqual([true, ['evening']])
  })

  it('is run where nobody can tell whether the clock is right', () => {
    const house = openJobsHouse([letter])
    house.clockSynced = null
    put(house, letter, 'evening', { dueAt: house.clock.now() })
    expect(keys(house)).toEqual(['evening'])
  })

  it('and was begun is tried again whatever became of the clock', () => {
    const house = openJobsHouse([letter])
    put(house, letter, 'evening', { dueAt: house.clock.now() })
    const [job] = house.claim()
    if (job) house.ended(job, AGAIN)
    house.clockSynced = false
    house.tick(1_500)
    expect(keys(house)).toEqual(['evening'])
  })
})

describe('a delay', () => {
  it('is counted on the monotonic clock, wherever the wall clock jumps', () => {
    const house = openJobsHouse([letter])
    put(house, letter, 'later', { delayMs: 10_000 })
    house.clock.jump(86_400_000)
    house.tick(9_999)
    expect(keys(house)).toEqual([])
    house.clock.jump(-2 * 86_400_000)
    house.tick(1)
    expect(keys(house)).toEqual(['later'])
  })

  it('ends also while the clock follows no time source and house time stands still', () => {
    const house = openJobsHouse([letter])
    const newest = house.clock.now() + 86_400_000
    house.db.exec(
      `INSERT INTO readings (series_id, reading_time, received_at, value) SELECT id, ${newest}, ${newest}, 1 FROM reading_series`,
    )
    house.clockSynced = false
    put(house, letter, 'later', { delayMs: 10_000 })
    house.tick(10_000)
    expect(keys(house)).toEqual(['later'])
  })

  it.each([
    ['goes on in the next life, whose monotonic clock begins anew', 4_000, 6_000],
    ['is no longer than it was after the wall clock was set back', -86_400_000, 10_000],
    ['is over when the wall clock says so', 86_400_000, 0],
  ])('%s', (_what, wall, left) => {
    const house = openJobsHouse([letter])
    put(house, letter, 'later', { delayMs: 10_000 })
    house.clock.jump(wall)
    const next = house.restart([letter], 5)
    next.tick(Math.max(0, left - 1))
    expect(keys(next)).toEqual(left === 0 ? ['later'] : [])
    next.tick(1)
    expect(keys(next)).toEqual(left === 0 ? [] : ['later'])
  })
})
