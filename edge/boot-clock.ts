import type { Clock } from '../shared/clock.ts'
import { systemClock } from '../shared/clock.ts'

/**
 * The machine's clock with `mono` counted from the machine's boot instead of from the program's start, so that
 * two runs of the agent in one boot share one time line. The hub subtracts such times from each other.
 *
 * Source: CLOCK_MONOTONIC, which Linux counts from its boot.
 */
export function bootClock(sinceBootMs = Number(process.hrtime.bigint() / 1_000n) / 1_000): Clock {
  const offset = sinceBootMs - systemClock.mono()
  return { ...systemClock, mono: () => systemClock.mono() + offset }
}
