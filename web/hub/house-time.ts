import { signal } from '@preact/signals'
import { pageClock } from './page-clock.ts'

/** How far the hub's clock is ahead of this browser's, milliseconds. What the page says of times goes by the hub's. */
let ahead = 0

/** Grows once a second while the page is looked at, for what says how long ago something was. */
export const second = signal(0)

export function setHubTime(now: number): void {
  ahead = now - pageClock.now()
}

/** Now, by the hub's clock. */
export function hubNow(): number {
  return pageClock.now() + ahead
}

export function startSeconds(): void {
  pageClock.every(1_000, () => {
    if (!document.hidden) second.value += 1
  })
}
