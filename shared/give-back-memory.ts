import type { Cancel, Clock } from './clock.ts'

/** By then what only a start needed is garbage, and who waited for the start has connected. */
const AFTER_START_MS = 8_000

/**
 * Gives back to the system, a while after the start, what loading this thread's program took: V8 lets its young generation grow
 * as long as everything in it lives, as modules do, and shrinks it only when it collects all. A house in which little happens
 * would keep that for days. Once for each thread, which stands still for it, some 100 ms on a PC; `./lares` starts Node with
 * --expose-gc for this, and without it nothing is given back. docs/decisions/0051
 */
export function giveBackMemorySoon(clock: Clock): Cancel {
  return clock.after(AFTER_START_MS, () => globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' }))
}
