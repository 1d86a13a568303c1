import { describe, expect, it, vi } from 'vitest'
import { enqueue } from '../../../../hub/features/jobs/enqueue.ts'
import { type JobsHouse, openJobsHouse } from './jobs-house.ts'
import { HOPELESS, repeated } from './test-kinds.ts'

/** How SQLite finds what the statement with these words wants, of all that are run meanwhile. */
function planOf(house: JobsHouse, run: () => void, words: string, ...values: unknown[]): string {
  const prepare = vi.spyOn(house.db, 'prepare')
  run()
  const sql = prepare.mock.calls.map(([text]) => text).find((text) => text.includes(words))
  prepare.mockRestore()
  if (sql === undefined) throw new Error(`no statement has ${words}`)
  const plan = house.db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values) as { detail: string }[]
  return plan.map(({ detail }) => detail).join('; ')
}

describe('what is asked of the table of jobs again and again', () => {
  it('for the figures, every second, reads no row: each is behind its payload', () => {
    const house = openJobsHouse([repeated()])
    expect(planOf(house, () => house.tick(1_000), 'dueSince')).toBe('SCAN jobs USING COVERING INDEX ix_jobs_figures')
  })

  it('for what is due, every second, reads no row', () => {
    const house = openJobsHouse([repeated()])
    const values = { kind: 'letter', mono: 0, now: 0, clock: 1, taken: '[]', most: 1 }
    expect(planOf(house, () => house.tick(1_000), 'ready_mono <= :mono', values)).toContain(
      'SEARCH jobs USING COVERING INDEX ix_jobs_ready (state=? AND kind=? AND ready_mono<?)',
    )
  })

  it('for what is more than may be kept, every minute, reads no row but those that are too many', () => {
    const house = openJobsHouse([repeated()])
    const plan = planOf(house, () => house.tick(60_000), 'row_number()')
    expect(plan).toContain('SEARCH jobs USING COVERING INDEX ix_jobs_ended (state=?)')
    expect(plan).not.toContain('SCAN jobs')
  })

  it('for the one that failed last, at each that fails, sorts nothing', () => {
    const house = openJobsHouse([repeated()])
    house.inEngine((context) => enqueue(context, repeated(), { key: 'anna', payload: { text: 'x' } }))
    const [job] = house.claim()
    const fails = () => void (job && house.ended(job, HOPELESS))
    expect(planOf(house, fails, 'ORDER BY ended_at DESC', 'letter')).toBe(
      'SEARCH jobs USING INDEX ix_jobs_ended (state=? AND kind=?)',
    )
  })

  it('for those that fail on reads those alone', () => {
    const house = openJobsHouse([repeated()])
    house.fill('letter', 'failed', 1)
    expect(planOf(house, () => house.tick(1_000), 'SELECT count(*) FROM jobs WHERE kind', 'letter', 3)).toContain(
      'COVERING INDEX ix_jobs_failing',
    )
  })
})
