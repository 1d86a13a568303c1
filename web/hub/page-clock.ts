import type { Clock } from '../../shared/clock.ts'

/** A timer of a browser that is longer than this goes off at once: its span is a signed number of 32 bits. */
const LONGEST_MS = 2_147_483_647

/** The browser's clock. */
export const pageClock: Clock = {
  now: () => Date.now(),
  mono: () => performance.now(),
  after(ms, run) {
    let timer = 0
    const wait = (left: number) => {
      const step = Math.min(left, LONGEST_MS)
      timer = setTimeout(() => (left > step ? wait(left - step) : run()), step) as unknown as number
    }
    wait(ms)
    return () => clearTimeout(timer)
  },
  every(ms, run) {
    const timer = setInterval(run, ms)
    return () => clearInterval(timer)
  },
}
