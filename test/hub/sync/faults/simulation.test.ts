import { describe, expect, it } from 'vitest'
import { SCENARIOS } from '../scenarios.ts'
import { tryOut } from '../try-out.ts'

/** Seeds for each scenario; `scripts/test --only integration --rounds 1000` tries more. */
const SEEDS = Math.max(150, Number(process.env.ROUNDS ?? 0))

describe(`in ${SEEDS} simulated lives of each kind, every row reaches central once and lag returns to zero`, () => {
  it.each(SCENARIOS)('%s', (_, faults) => {
    expect(tryOut(faults, SEEDS)).toEqual([])
  })
})
