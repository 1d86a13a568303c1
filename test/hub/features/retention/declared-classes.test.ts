import { describe, expect, it } from 'vitest'
import { FEATURES } from '../../../../hub/features/features.ts'
import { declarations } from '../../../../hub/store/declarations.ts'
import { ask, commandInput, query } from '../../engine/ask.ts'
import type { TestHouse } from '../../engine/engine-in-memory.ts'
import { DAY, retentionHouse } from './retention-house.ts'

/** A house with ended jobs: each of a state and an age in days. */
function houseWithJobs(...jobs: (readonly [state: string, days: number])[]): TestHouse {
  const house = retentionHouse()
  const insert = house.db.prepare(
    'INSERT INTO jobs (kind, key, state, delivery, payload, idempotency_key, ready_at, ready_mono, enqueued_at, ended_at, kept_until) ' +
      "VALUES ('letter', 'anna', ?, 'at_least_once', '{}', 'x', 0, 0, 0, ?, 9e15)",
  )
  for (const [state, days] of jobs) insert.run(state, house.now - days * DAY)
  return house
}

const left = (house: TestHouse) => house.all<{ id: number }>('SELECT id FROM jobs ORDER BY id').map(({ id }) => id)

/** Both features look for what is old: by its kind, and by its class. */
function pass(house: TestHouse): void {
  house.tick(1_000)
  house.tick(1_000)
}

describe('what a feature has leave by age', () => {
  it('goes once it is older than its class is kept, and what has failed later', () => {
    const house = houseWithJobs(['done', 29], ['done', 31], ['cancelled', 31], ['failed', 31], ['failed', 366])
    pass(house)
    expect(left(house)).toEqual([1, 4])
  })

  it('takes its alert with it', () => {
    const house = houseWithJobs(['failed', 366])
    const problems = () => house.effects.filter((effect) => effect.kind === 'problem' && effect.name === 'jobs:letter')
    house.tick(1_000)
    house.tick(1_000)
    expect([left(house), problems().at(-1)]).toEqual([[], expect.objectContaining({ problem: null })])
  })

  it('is set, shown and asked about like every other class', () => {
    const house = houseWithJobs(['failed', 10], ['failed', 20])
    const setting = { class: 'jobs:failed', days: 15 }
    const asked = commandInput('retention/set', setting)
    const { error } = ask(house, { ...asked, request: { ...asked.request, confirm: false } })
    expect(error?.code).toBe('confirm_needed')
    ask(house, commandInput('retention/set', setting))
    pass(house)
    expect(left(house)).toEqual([1])
    const { classes } = query<{ classes: { class: string }[] }>(house, 'retention/show')
    expect(classes.find((one) => one.class === 'jobs:failed')).toEqual({
      ...{
        class: 'jobs:failed',
        days: 15,
        default: false,
        rows: 1,
        oldest: house.db.prepare('SELECT ended_at FROM jobs').pluck().get(),
      },
    })
  })

  it('stays where nobody knows what was done since a copy was made', () => {
    const house = houseWithJobs(['failed', 1_000])
    house.db.exec('UPDATE jobs SET kept_until = NULL')
    pass(house)
    expect(left(house)).toEqual([1])
  })

  it('is in tables that never leave the house or says that they travel, each class under a name of its own', () => {
    const classes = FEATURES.flatMap(({ retention = [] }) => retention)
    const names = classes.map(({ name }) => name)
    expect(names).toEqual([...new Set(names)])
    const kinds = new Map(declarations().map(({ name, kind }) => [name, kind]))
    for (const { name, table, travels } of classes)
      expect([name, kinds.get(table)]).toEqual([name, travels ? expect.stringMatching(/^append/) : 'local'])
  })
})
