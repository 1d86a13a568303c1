import { describe, expect, it } from 'vitest'
import { type Faults, NO_FAULTS, Simulation } from './simulation.ts'

const RUNS = Number(process.env.SYNC_RUNS ?? 60)
/** Simulated seconds after the last fault within which nothing may wait any more. */
const BOUND_S = 60

function tryOut(faults: Faults, seeds: number, steps = 120): string[] {
  const failed: string[] = []
  for (let seed = 1; seed <= seeds; seed++) {
    const run = new Simulation(seed, faults)
    run.live(steps)
    const settled = run.settle(BOUND_S)
    const wrong = run.differences()
    if (settled === null) wrong.unshift(`still behind after ${BOUND_S} s`)
    if (wrong.length > 0) failed.push(`seed ${seed}: ${wrong.slice(0, 5).join('; ')}`)
    if (failed.length >= 5) break
  }
  return failed
}

describe('every row reaches central once and lag returns to zero', () => {
  const line = 0.25
  it.each<[string, Faults]>([
    ['when nothing goes wrong', NO_FAULTS],
    ['over a line that loses requests and replies, and does some late', { ...NO_FAULTS, line }],
    ['while the hub crashes at any moment', { ...NO_FAULTS, line, crash: 60 }],
    ['when the hub is put back to a copy', { ...NO_FAULTS, line: 0.1, crash: 20, hubRestore: 15 }],
    ['when central is put back to a copy', { ...NO_FAULTS, line: 0.1, crash: 20, centralRestore: 15 }],
    ['when a copy of the card runs beside the hub', { ...NO_FAULTS, line: 0.1, clone: 30 }],
    ['when everything goes wrong', { line: 0.2, crash: 30, hubRestore: 8, centralRestore: 8, clone: 10 }],
  ])('%s', (_, faults) => {
    expect(tryOut(faults, RUNS)).toEqual([])
  })
})
