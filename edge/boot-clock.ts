import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
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

/** The kernel's id of this boot; a random one where the kernel gives none, which is then good for one run. */
export function readBootId(file = '/proc/sys/kernel/random/boot_id'): string {
  try {
    return readFileSync(file, 'utf8').trim() || randomUUID()
  } catch {
    // not Linux, or /proc is hidden: times of an earlier run cannot be compared, which a fresh id says
    return randomUUID()
  }
}
