import { type Faults, Simulation } from './simulation.ts'

/** Simulated seconds after the last fault within which nothing may wait any more. */
const BOUND_S = 120

/** Runs so many seeds and tells of up to five that went wrong, in words. */
export function tryOut(faults: Faults, seeds: number, steps = 120): string[] {
  const failed: string[] = []
  for (let seed = 1; seed <= seeds; seed++) {
    const run = new Simulation(seed, faults)
    run.live(steps)
    const settled = run.settle(BOUND_S)
    const wrong = run.differences()
    run.close()
    if (settled === null) wrong.unshift(`still behind after ${BOUND_S} s`)
    if (wrong.length > 0) failed.push(`seed ${seed}: ${wrong.slice(0, 5).join('; ')}`)
    if (failed.length >= 5) break
  }
  return failed
}
