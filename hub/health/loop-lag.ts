import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Cancel, Clock } from '../../shared/clock.ts'
import type { Service } from '../../shared/lifecycle.ts'

const RESOLUTION_MS = 20
const WINDOW_MS = 60_000

/** How late the event loop wakes. A late one means that something on the front blocks every socket. */
export class LoopLag implements Service {
  #clock: Clock
  #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  #stop: Cancel = () => {}

  constructor(clock: Clock) {
    this.#clock = clock
  }

  start(): void {
    this.#histogram.enable()
    this.#stop = this.#clock.every(WINDOW_MS, () => this.#histogram.reset())
  }

  stop(): void {
    this.#stop()
    this.#histogram.disable()
  }

  /** 99th percentile since the window began, milliseconds beyond the sampling interval. */
  p99Ms(): number {
    const ms = this.#histogram.percentile(99) / 1e6
    return Number.isFinite(ms) ? Math.max(0, ms - RESOLUTION_MS) : 0
  }
}
