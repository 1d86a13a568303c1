import { describe, expect, it } from 'vitest'
import type { JobKind } from '../../../../hub/engine/job-kind.ts'
import type { ClaimedJob, JobRunId } from '../../../../hub/engine/job-step.ts'
import { enqueue } from '../../../../hub/features/jobs/enqueue.ts'
import { LaresError } from '../../../../shared/errors.ts'
import { JOBS } from '../../../../shared/limits.ts'
import { type JobsHouse, openJobsHouse } from './jobs-house.ts'
import { AGAIN, DONE, HOPELESS, type Note, once, repeated } from './test-kinds.ts'

const put = (house: JobsHouse, kind: JobKind<Note, string>, key = 'anna', text = key) =>
  house.inEngine((context) => enqueue(context, kind, { key, payload: { text } }))

function claimOne(house: JobsHouse): ClaimedJob {
  const [job] = house.claim(1)
  if (!job) throw new Error('nothing is due')
  return job
}

/** A kind that writes down what it is told, in the transaction of the outcome. */
function telling(more: Parameters<typeof repeated>[0] = {}): JobKind<Note, string> {
  return repeated({
    done(context, job, value) {
      context.db.prepare('INSERT INTO hub_settings (key, value) VALUES (?, ?)').run(`done ${job.key}`, value)
    },
    failed(context, job, error) {
      context.db.prepare('INSERT INTO hub_settings (key, value) VALUES (?, ?)').run(`failed ${job.key}`, error.code)
    },
    ...more,
  })
}

const told = (house: JobsHouse) =>
  house.db.prepare("SELECT key || ': ' || value FROM hub_settings WHERE key LIKE '% %' ORDER BY key").pluck().all()

describe('a run that is done', () => {
  it('tells its kind in the transaction in which the job is done', () => {
    const house = openJobsHouse([telling()])
    const id = put(house, telling())
    expect(house.ended(claimOne(house), DONE)).toBe('stored')
    expect(house.row(id)).toMatchObject({ state: 'done', last_code: null })
    expect(told(house)).toEqual(['done anna: posted'])
  })

  it('is heard once: what is said of it later changes nothing', () => {
    const house = openJobsHouse([telling()])
    const id = put(house, telling())
    const first = claimOne(house)
    house.ended(first, AGAIN)
    house.tick(1_500)
    const second = claimOne(house)
    expect(house.ended(first, DONE)).toBe('duplicate')
    expect(house.row(id).state).toBe('running')
    expect([house.ended(second, DONE), house.ended(second, HOPELESS)]).toEqual(['stored', 'duplicate'])
    expect(told(house)).toEqual(['done anna: posted'])
  })

  it('settles what failed of its key before', () => {
    const house = openJobsHouse([repeated()])
    put(house, repeated())
    house.ended(claimOne(house), HOPELESS)
    expect(house.problem('letter')).toContain('no such street')
    put(house, repeated())
    house.ended(claimOne(house), DONE)
    expect(house.states()).toEqual(['replaced', 'done'])
    expect(house.problem('letter')).toBeNull()
  })

  it('whose kind fails at it leaves nothing of that, and a failed job that says why', () => {
    const kind = telling({
      done(context) {
        context.db.prepare("INSERT INTO hub_settings (key, value) VALUES ('half done', '1')").run()
        throw new Error('no room for it')
      },
    })
    const house = openJobsHouse([kind])
    const id = put(house, kind)
    const job = claimOne(house)
    const { verdict, value } = house.step({ step: 'ended', ...job, outcome: DONE })
    expect([verdict, value]).toEqual(['rejected', { error: 'no room for it' }])
    expect([house.row(id).state, told(house)]).toEqual(['running', []])
    house.ended(job, { is: 'untold', message: 'no room for it' })
    expect(house.row(id)).toMatchObject({ state: 'failed', last_code: 'handler_failed', last_error: 'no room for it' })
    expect(told(house)).toEqual([])
  })
})

describe('a run that fails', () => {
  it('is repeated with the same idempotency key, later each time, until its attempts are used up', () => {
    const house = openJobsHouse([telling()])
    const id = put(house, telling())
    const keys = new Set<string>()
    for (const atMost of [1_500, 3_000]) {
      const job = claimOne(house)
      keys.add(job.idempotencyKey)
      house.ended(job, AGAIN)
      expect(house.row(id)).toMatchObject({ state: 'waiting', last_code: 'unreachable' })
      house.tick(atMost / 3 - 1)
      expect(house.claim()).toEqual([])
      house.tick((atMost * 2) / 3 + 1)
    }
    const last = claimOne(house)
    expect([last.attempt, keys.add(last.idempotencyKey).size]).toEqual([3, 1])
    house.ended(last, AGAIN)
    expect(house.row(id)).toMatchObject({ state: 'failed', last_error: 'nobody answers' })
    expect(house.problem('letter')).toBe(`job ${id} ("letter", anna) failed: nobody answers`)
    expect(house.db.prepare("SELECT count(*) FROM events WHERE event_type = 'job_failed'").pluck().get()).toBe(1)
    expect(told(house)).toEqual(['failed anna: unreachable'])
  })

  it('is not repeated where that cannot help, nor when its kind runs at most once', () => {
    const house = openJobsHouse([repeated(), once()])
    put(house, repeated())
    house.ended(claimOne(house), HOPELESS)
    put(house, once())
    house.ended(claimOne(house), AGAIN)
    expect(house.states()).toEqual(['failed', 'failed'])
  })

  it('is failed also when its kind fails at that, which leaves nothing', () => {
    const kind = telling({
      failed(context) {
        context.db.prepare("INSERT INTO hub_settings (key, value) VALUES ('half told', '1')").run()
        throw new LaresError('too_large', 'no room for it')
      },
    })
    const house = openJobsHouse([kind])
    const id = put(house, kind)
    expect(house.ended(claimOne(house), HOPELESS)).toBe('stored')
    expect(house.row(id)).toMatchObject({
      state: 'failed',
      last_code: 'bad_params',
      last_error: 'no such street; the house failed at that, too: no room for it',
    })
    expect([house.problem('letter'), told(house)]).toEqual([expect.stringContaining('no such street'), []])
  })

  it('gives way to a newer job of its key', () => {
    const house = openJobsHouse([repeated()])
    put(house, repeated(), 'anna', 'old')
    const old = claimOne(house)
    put(house, repeated(), 'anna', 'new')
    house.ended(old, AGAIN)
    expect(house.states()).toEqual(['replaced', 'waiting'])
    house.tick(1_500)
    expect(claimOne(house).payload).toEqual({ text: 'new' })
  })

  it('is told to the health again at the next start', () => {
    const house = openJobsHouse([repeated()])
    put(house, repeated())
    house.ended(claimOne(house), HOPELESS)
    expect(house.restart().problem('letter')).toContain('no such street')
  })
})

describe('a run whose end nobody saw', () => {
  const interrupted = (house: JobsHouse, clean = false) => {
    const found = house.step({ step: 'found' }).value as JobRunId[]
    for (const run of found) house.step({ step: 'ended', ...run, outcome: { is: 'interrupted', clean } })
    return found.length
  }

  it('is begun again with the same idempotency key, and counts', () => {
    const before = openJobsHouse([repeated()])
    put(before, repeated())
    const { idempotencyKey } = claimOne(before)
    const house = before.restart()
    expect(house.claim()).toEqual([])
    expect(interrupted(house)).toBe(1)
    house.tick(1_500)
    expect(claimOne(house)).toMatchObject({ idempotencyKey, attempt: 2 })
  })

  it('does not take the hub with it for ever: its attempts are used up', () => {
    const house = openJobsHouse([repeated()])
    const id = put(house, repeated())
    for (let life = 0; life < 3; life += 1) {
      claimOne(house)
      interrupted(house)
      house.tick(3_000)
    }
    expect(house.row(id)).toMatchObject({ state: 'failed', last_code: 'outcome_unknown' })
  })

  it('is no fault of its own when the hub was told to stop', () => {
    const house = openJobsHouse([repeated()])
    put(house, repeated())
    for (let life = 0; life < 5; life += 1) {
      expect(claimOne(house).attempt).toBe(1)
      interrupted(house, true)
    }
  })

  it.each([true, false])('of a kind that runs at most once is failed and never repeated (clean: %s)', (clean) => {
    const house = openJobsHouse([once()])
    const id = put(house, once())
    claimOne(house)
    interrupted(house, clean)
    house.tick(86_400)
    expect(house.claim()).toEqual([])
    expect(house.row(id)).toMatchObject({ state: 'failed', last_code: 'outcome_unknown' })
    expect(house.row(id).last_error).toContain('what it did is not known')
  })

  it('and of which nothing had begun is run, also at most once', () => {
    const house = openJobsHouse([once()])
    put(house, once())
    house.ended(claimOne(house), { is: 'unstarted' })
    expect(claimOne(house).attempt).toBe(1)
  })
})

describe('a job that has ended', () => {
  it('is kept as long as its kind says, and its alert with it', () => {
    const house = openJobsHouse([repeated()])
    put(house, repeated(), 'good')
    house.ended(claimOne(house), DONE)
    put(house, repeated(), 'bad')
    house.ended(claimOne(house), HOPELESS)
    house.tick(3_600_000 + 1)
    expect(house.states()).toEqual(['failed'])
    house.tick(3_600_000)
    expect(house.states()).toEqual([])
    expect(house.problem('letter')).toBeNull()
  })

  it('keeps nothing of what it was to do once nothing can be run again', () => {
    const house = openJobsHouse([repeated()])
    const id = put(house, repeated())
    house.ended(claimOne(house), HOPELESS)
    const failed = house.row(id).payload
    put(house, repeated())
    house.ended(claimOne(house), DONE)
    expect([JSON.parse(failed), house.row(id).payload, house.row(id + 1).payload]).toEqual([
      { text: 'anna' },
      ...['null', 'null'],
    ])
  })

  it('is kept while the clock follows no time source, however late that clock says it is', () => {
    const house = openJobsHouse([repeated()])
    put(house, repeated())
    house.ended(claimOne(house), HOPELESS)
    house.clockSynced = false
    house.clock.jump(365 * 86_400_000)
    house.tick(60_000)
    expect(house.states()).toEqual(['failed'])
  })

  it('makes room when there are more than may be, the first of its kind first', () => {
    const house = openJobsHouse([repeated(), once()])
    put(house, once(), 'other kind')
    house.ended(claimOne(house), DONE)
    house.fill('letter', 'done', JOBS.ended + 5)
    house.tick(60_000)
    expect(house.states()).toHaveLength(JOBS.ended + 1)
    expect(house.db.prepare("SELECT min(ended_at) FROM jobs WHERE kind = 'letter'").pluck().get()).toBe(5)
  })

  it('that has failed makes no room for others that were done: somebody is to see it', () => {
    const house = openJobsHouse([repeated()])
    house.fill('letter', 'failed', 1)
    house.fill('letter', 'done', JOBS.ended + 5)
    house.tick(60_000)
    expect(house.states().filter((state) => state === 'failed')).toHaveLength(1)
    house.fill('letter', 'failed', JOBS.failed)
    house.tick(60_000)
    expect(house.states()).toHaveLength(JOBS.ended + JOBS.failed)
  })
  it('and with which a copy of the database was made stays until somebody decides', () => {
    const house = openJobsHouse([repeated()])
    house.fill('letter', 'failed', JOBS.failed + 3)
    house.db.exec('UPDATE jobs SET kept_until = NULL WHERE id = 1')
    house.tick(60_000)
    const ids = house.db.prepare('SELECT id FROM jobs ORDER BY id LIMIT 2').pluck().all()
    expect([ids, house.states().length]).toEqual([[1, 4], JOBS.failed + 1])
  })
})
