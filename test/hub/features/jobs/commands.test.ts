import { describe, expect, it } from 'vitest'
import { cancelJob } from '../../../../hub/features/jobs/commands.ts'
import { JOB_PROBLEMS } from '../../../../hub/features/jobs/problems.ts'
import { hintFor } from '../../../../shared/errors.ts'
import { ask, authorizedFor, commandInput, data, query } from '../../engine/ask.ts'
import { openTestHouse, START, type TestHouse } from '../../engine/engine-in-memory.ts'
import { DONE, once, repeated } from './test-kinds.ts'

const cancelled: string[] = []
const letter = repeated({ failed: (_context, { key }, { code }) => void cancelled.push(`${key} ${code}`) })

/** A house with jobs 1, 2, …: a letter of each state, with the key `k<id>`. */
function houseWith(...states: string[]): TestHouse {
  const house = openTestHouse({ jobKinds: [letter, once()] })
  const insert = house.db.prepare(
    'INSERT INTO jobs (kind, key, state, delivery, payload, idempotency_key, run, attempts, due_at, ready_at, ready_mono, last_error, enqueued_at) ' +
      `VALUES ('letter', ?, ?, 'at_least_once', '{"text":"x"}', 'idem', 'run', 3, ?, ?, ?, 'nobody answers', ${START})`,
  )
  const later = START + 86_400_000
  for (const [at, state] of states.entries()) insert.run(`k${at + 1}`, state, later, later, later)
  return house
}

const call = (house: TestHouse, verb: 'list' | 'retry' | 'cancel', id: number) =>
  ask(house, commandInput(`jobs/${verb}`, { id }))
const states = (house: TestHouse) =>
  house.all<{ state: string }>('SELECT state FROM jobs ORDER BY id').map((r) => r.state)

function claimAll(house: TestHouse): { job: number; run: string }[] {
  house.send({ kind: 'job', change: { step: 'claim', most: 16, kinds: ['letter', 'siren'], going: [] } })
  return house.all("SELECT id AS job, run FROM jobs WHERE state = 'running' AND run <> 'run'")
}

describe('lares jobs list', () => {
  it('shows what there is, newest first, and page by page', () => {
    const house = houseWith('done', 'failed', 'waiting')
    const first = query(house, 'jobs/list', { limit: 2 })
    expect(first).toMatchObject({
      jobs: [
        { id: 3, due_at: START + 86_400_000 },
        { id: 2, due_at: null },
      ],
      next: 2,
    })
    expect(query(house, 'jobs/list', { limit: 2, after: first.next })).toMatchObject({
      jobs: [{ id: 1, state: 'done' }],
    })
    expect(query(house, 'jobs/list', { state: 'failed' })).toMatchObject({ jobs: [{ id: 2 }] })
    expect(query(house, 'jobs/list', { kind: 'siren' })).toEqual({ jobs: [] })
  })
})

describe('lares jobs retry', () => {
  it.each(['failed', 'cancelled', 'waiting'])('has one that is %s run at once, with the key it had', (state) => {
    const house = houseWith(state)
    expect(data(call(house, 'retry', 1))).toEqual({ id: 1, kind: 'letter', key: 'k1' })
    expect(house.effects).toContainEqual({ kind: 'jobs_due' })
    expect(house.effects).toContainEqual({ kind: 'problem', name: 'jobs:letter', problem: null })
    const [run] = claimAll(house)
    expect(house.all('SELECT attempts, idempotency_key FROM jobs')).toEqual([{ attempts: 1, idempotency_key: 'idem' }])
    if (run) house.send({ kind: 'job', change: { step: 'ended', ...run, outcome: DONE } })
    expect(states(house)).toEqual(['done'])
  })

  it('begins to count anew what fails of its key', () => {
    const house = houseWith('waiting')
    house.db.exec('UPDATE jobs SET failures = 7')
    call(house, 'retry', 1)
    expect(house.all('SELECT failures FROM jobs')).toEqual([{ failures: 0 }])
  })

  it('ends the back-off also for what takes its place', () => {
    const house = houseWith('waiting')
    house.db.exec('UPDATE jobs SET back_off_mono = ready_mono')
    call(house, 'retry', 1)
    expect(house.all('SELECT back_off_mono FROM jobs')).toEqual([{ back_off_mono: null }])
  })

  it('leaves a time that has not come yet as it is', () => {
    const house = houseWith('waiting')
    house.db.exec('UPDATE jobs SET attempts = 0')
    call(house, 'retry', 1)
    expect(claimAll(house)).toEqual([])
  })

  it('refuses what runs or is done, what does not exist, and what a newer one of its key is to do', () => {
    const house = houseWith('running', 'done', 'failed', 'waiting')
    house.db.exec("UPDATE jobs SET key = 'k3' WHERE id = 4")
    expect([1, 2, 3, 9].map((id) => call(house, 'retry', id).error?.code)).toEqual([
      ...['bad_params', 'bad_params', 'already_exists', 'not_found'],
    ])
    expect(call(house, 'retry', 3).error).toMatchObject({
      message: 'job 4 of the kind "letter" and the key k3 waits already',
      hint: 'It is run in its turn; lares jobs list shows it.',
    })
    expect(states(house)).toEqual(['running', 'done', 'failed', 'waiting'])
  })

  it.each(['failed', 'cancelled'])('has nothing that is %s take the place of a newer one that runs', (state) => {
    const house = houseWith(state, 'running')
    house.db.exec(`UPDATE jobs SET key = 'k1', payload = '{"text":"' || id || '"}'`)
    expect(call(house, 'retry', 1).error).toMatchObject({
      code: 'already_exists',
      message: 'job 2 of the kind "letter" and the key k1 runs already, and is newer',
      hint: 'It does what was wanted last; lares jobs list shows what becomes of it.',
    })
    house.send({
      kind: 'job',
      change: { step: 'ended', job: 2, run: 'run', outcome: { is: 'interrupted', clean: true } },
    })
    expect(house.all('SELECT state, payload FROM jobs')).toEqual([
      { state, payload: '{"text":"1"}' },
      { state: 'waiting', payload: '{"text":"2"}' },
    ])
  })

  it('knows a newer one by when it was enqueued: one that waited may have been told anew', () => {
    const house = houseWith('running', 'cancelled')
    house.db.exec("UPDATE jobs SET key = 'k1'")
    house.db.exec('UPDATE jobs SET enqueued_at = enqueued_at + 1 WHERE id = 1')
    expect(call(house, 'retry', 2).error?.message).toContain('job 1 of')
  })

  it('takes up again what an older one that runs makes way for', () => {
    const house = houseWith('running', 'failed')
    house.db.exec("UPDATE jobs SET key = 'k1'")
    expect(call(house, 'retry', 2).status).toBe('ok')
    house.send({
      kind: 'job',
      change: { step: 'ended', job: 1, run: 'run', outcome: { is: 'interrupted', clean: true } },
    })
    expect(states(house)).toEqual(['replaced', 'waiting'])
  })
})

describe('lares jobs cancel', () => {
  it('gives up what waits, runs or has failed, tells its kind, and ends the run', () => {
    const house = houseWith('waiting', 'running', 'failed')
    cancelled.length = 0
    for (const id of [1, 2, 3]) {
      expect(data(call(house, 'cancel', id))).toMatchObject({ id })
      expect(house.effects.some(({ kind }) => kind === 'end_run')).toBe(id === 2)
    }
    expect(states(house)).toEqual(['cancelled', 'cancelled', 'cancelled'])
    expect(cancelled).toEqual(['k1 cancelled', 'k2 cancelled', 'k3 cancelled'])
    expect(house.effects).toContainEqual({ kind: 'problem', name: 'jobs:letter', problem: null })
    house.send({ kind: 'job', change: { step: 'ended', job: 2, run: 'run', outcome: DONE } })
    expect(states(house)).toEqual(['cancelled', 'cancelled', 'cancelled'])
  })

  it('gives up also what its kind fails at', () => {
    const kind = repeated({
      failed() {
        throw new Error('no room for it')
      },
    })
    const house = houseWith('waiting')
    const broken = openTestHouse({ db: house.db, jobKinds: [kind] })
    expect(data(call(broken, 'cancel', 1))).toMatchObject({ was: 'waiting' })
    expect(broken.all('SELECT state, last_error FROM jobs')).toEqual([
      { state: 'cancelled', last_error: 'given up by a person; the house failed at that, too: no room for it' },
    ])
  })

  it('gives up what this version has no kind for', () => {
    const { db } = houseWith('waiting')
    const house = openTestHouse({ db, jobKinds: [once()] })
    expect(data(call(house, 'cancel', 1))).toMatchObject({ was: 'waiting' })
    expect(states(house)).toEqual(['cancelled'])
    expect(house.effects).toContainEqual({ kind: 'problem', name: 'jobs_unknown:letter', problem: null })
  })

  it('asks first, but not about what has ended: that it refuses', () => {
    const house = houseWith('waiting', 'done')
    const unconfirmed = commandInput('jobs/cancel', { id: 1 })
    const { error } = ask(house, { ...unconfirmed, request: { ...unconfirmed.request, confirm: false } })
    expect([error?.code, states(house)]).toEqual(['confirm_needed', ['waiting', 'done']])
    const context = { db: house.db, caller: authorizedFor('jobs/cancel'), now: START }
    const gone = [1, 2].map((id) => cancelJob.danger?.(context, { id }))
    expect(gone).toEqual(['Job 1 ("letter", k1) will not be done.', null])
    expect(call(house, 'cancel', 2).error?.message).toBe('job 2 is done already')
  })
})

describe('the remedy of jobs that are not done', () => {
  const ended = (['job_failed', 'outcome_unknown', 'timed_out', 'too_many_jobs', 'cancelled'] as const).map(
    (code) => [code, 'failed', hintFor(code)] as const,
  )
  const waiting = Object.entries(JOB_PROBLEMS).map(([code, hint]) => [code, 'waiting', hint] as const)

  it.each([...ended, ...waiting])('for %s, taken literally, works', (_code, was, hint) => {
    const lines = [...hint.matchAll(/lares jobs (list|retry|cancel)(?: --state (\w+))?/g)]
    expect(lines.length).toBeGreaterThan(0)
    for (const [, verb, state] of lines) {
      const house = houseWith(was)
      if (verb === 'list')
        expect(query(house, 'jobs/list', state ? { state } : {})).toMatchObject({ jobs: [{ id: 1 }] })
      else expect(call(house, verb as 'retry', 1).status).toBe('ok')
    }
  })
})
