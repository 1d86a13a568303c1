import { describe, expect, it } from 'vitest'
import type { JobRunId } from '../../../../hub/engine/job-step.ts'
import { enqueue } from '../../../../hub/features/jobs/enqueue.ts'
import { JOBS } from '../../../../shared/limits.ts'
import { type JobsHouse, openJobsHouse } from './jobs-house.ts'
import { once, repeated } from './test-kinds.ts'

const DAY_MS = 86_400_000
const letter = repeated()

const put = (house: JobsHouse, key: string) =>
  house.inEngine((context) => enqueue(context, letter, { key, payload: { text: key } }))
const count = (house: JobsHouse, state: string) =>
  house.db.prepare('SELECT count(*) FROM jobs WHERE state = ?').pluck().get(state)

/** The same database under a version without letters. */
const older = (house: JobsHouse) => house.restart([once()])

describe('a job of a kind that this version does not have', () => {
  it('waits for one that does, whether it waited or ran, and each run that was begun counts', () => {
    const before = openJobsHouse([letter])
    put(before, 'runs')
    before.claim()
    put(before, 'waits')
    const house = older(before)
    for (const run of house.step({ step: 'found' }).value as JobRunId[])
      house.step({ step: 'ended', ...run, outcome: { is: 'interrupted', clean: false } })
    for (let minute = 0; minute < 3; minute += 1) house.tick(60_000)
    expect(house.states()).toEqual(['waiting', 'waiting'])
    const claimed = house.restart([letter]).claim()
    expect(claimed.map(({ key, attempt }) => [key, attempt]).sort()).toEqual([
      ['runs', 2],
      ['waits', 1],
    ])
  })

  it('is in the health of the hub until it is there again, from the start on', () => {
    const before = openJobsHouse([letter])
    put(before, 'anna')
    put(before, 'paul')
    const house = older(before)
    const words = '2 jobs wait of the kind "letter", which this version of Lares does not have'
    expect(house.problem('letter', 'jobs_unknown')).toBe(words)
    house.tick(1_000)
    expect(house.problem('letter', 'jobs_unknown')).toBe(words)
    // Nothing is asked for in vain meanwhile.
    expect(house.effects.some(({ kind }) => kind === 'jobs_due')).toBe(false)
    expect(house.restart([letter]).problem('letter', 'jobs_unknown')).toBeNull()
  })

  it('is not lost however many there are', () => {
    const before = openJobsHouse([letter])
    before.fill('letter', 'waiting', JOBS.waiting)
    before.db.prepare('UPDATE jobs SET ready_at = ?').run(before.clock.now())
    const house = older(before)
    for (let minute = 0; minute < 3; minute += 1) house.tick(60_000)
    expect(count(house, 'waiting')).toBe(JOBS.waiting)
  })

  it('fails once it could have been run for as long as failed ones are kept, and many are told of at once', () => {
    const before = openJobsHouse([letter])
    for (let at = 0; at < 20; at += 1) put(before, `k${at}`)
    const house = older(before)
    house.clock.jump(364 * DAY_MS)
    put(house.restart([letter]), 'of today')
    house.tick(60_000)
    expect(count(house, 'waiting')).toBe(21)
    house.clock.jump(DAY_MS)
    house.tick(60_000)
    expect([count(house, 'failed'), count(house, 'waiting')]).toEqual([20, 1])
    expect(house.row(1).last_error).toBe('no version of Lares that has jobs of the kind "letter" ran for 365 days')
    expect(house.problem('letter')).toContain('20 jobs "letter" failed')
    expect(house.problem('letter', 'jobs_unknown')).toContain('a job waits of the kind "letter"')
    expect(house.problems('jobs:letter')).toHaveLength(1)
  })

  it('does not fail while the clock follows no time source, nor where failed ones are kept for ever', () => {
    const before = openJobsHouse([letter])
    put(before, 'anna')
    const house = older(before)
    house.clock.jump(1_000 * DAY_MS)
    house.clockSynced = false
    house.tick(60_000)
    house.clockSynced = true
    house.db.exec("INSERT INTO retention_settings (class, days, updated_at) VALUES ('jobs:failed', NULL, 1)")
    house.tick(60_000)
    expect(house.states()).toEqual(['waiting'])
    house.db.exec("UPDATE retention_settings SET days = 900 WHERE class = 'jobs:failed'")
    house.tick(60_000)
    expect(house.states()).toEqual(['failed'])
  })
})
