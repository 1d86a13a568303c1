import { describe, expect, it } from 'vitest'
import { SCENARIOS } from './scenarios.ts'
import { tryOut } from './try-out.ts'

const SEEDS = 25

describe('every row reaches central once and lag returns to zero', () => {
  it.each(SCENARIOS)('%s', (_, faults) => {
    expect(tryOut(faults, SEEDS)).toEqual([])
  })
})
