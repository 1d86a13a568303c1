import { describe, expect, it } from 'vitest'
import { givenBetween, keyBack, notePassedKeys } from '../../../hub/store/passed-keys.ts'
import { migratedHouse } from './migrated.ts'

const db = migratedHouse(':memory:')
notePassedKeys(db, 'readings', { after: 200, upto: 250 })
notePassedKeys(db, 'readings', { after: 100, upto: 150 })

describe('keys that were passed over', () => {
  it.each([
    ['none was passed', [0, 100], { first: 1, last: 100, rows: 100 }],
    ['the last were passed', [90, 120], { first: 91, last: 100, rows: 10 }],
    ['the first were passed', [120, 160], { first: 151, last: 160, rows: 10 }],
    ['all were passed', [100, 150], null],
    ['some in the middle were passed, twice', [90, 260], { first: 91, last: 260, rows: 70 }],
    ['there are none', [10, 10], null],
  ] as const)('are none of those that were given, where %s', (_, [after, upto], given) => {
    expect(givenBetween(db, 'readings', { after, upto })).toEqual(given)
  })

  it('are those of one table', () => {
    expect(givenBetween(db, 'events', { after: 90, upto: 260 })?.rows).toBe(170)
    expect(keyBack(db, 'events', { key: 260, keys: 70 })).toBe(190)
  })

  it.each([
    [260, 10, 250],
    [260, 11, 199],
    [260, 61, 99],
    [260, 1_000, 0],
    [250, 50, 150],
    [250, 51, 99],
    [120, 10, 90],
    [99, 9, 90],
  ])('do not count on the way back from key %i over %i others, to %i', (key, keys, before) => {
    expect(keyBack(db, 'readings', { key, keys })).toBe(before)
    const given = givenBetween(db, 'readings', { after: before, upto: key })
    expect(given?.rows).toBe(Math.min(keys, givenBetween(db, 'readings', { after: 0, upto: key })?.rows ?? 0))
  })
})
