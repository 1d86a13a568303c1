import type { Clock } from './clock.ts'
import { durationWords } from './time-words.ts'

/**
 * Something that runs. `start` may be called once; `stop` is safe at any time, also while `start` is under way, and as
 * often as one likes.
 */
export interface Service {
  start(): void | Promise<void>
  stop(): void | Promise<void>
}

export interface LifecycleOptions {
  clock: Clock
  /** How long a part may take to stop, unless it is added with a time of its own. */
  stopMs: number
}

interface Named {
  name: string
  service: Service
  stopMs: number
}

/**
 * Starts services in order and stops them in reverse. When one fails to start, those before it are stopped
 * and its failure is thrown; when one fails to stop, or does not stop in its time, the others still are.
 */
export class Lifecycle implements Service {
  #options: LifecycleOptions
  #services: Named[] = []
  #running: Named[] = []
  #stopping = false
  #tookMs = new Map<string, number>()

  constructor(options: LifecycleOptions) {
    this.#options = options
  }

  add(name: string, service: Service, stopMs = this.#options.stopMs): void {
    this.#services.push({ name, service, stopMs })
  }

  /** How long each part took to start, milliseconds, in their order; those that took less than one are left out. */
  get tookMs(): ReadonlyMap<string, number> {
    return this.#tookMs
  }

  /** Throws also when it is stopped meanwhile. */
  async start(): Promise<void> {
    for (const named of this.#services) {
      if (this.#stopping) throw new Error(`stopped before ${named.name} was started`)
      this.#running.push(named)
      const since = this.#options.clock.mono()
      try {
        await named.service.start()
        const took = Math.round(this.#options.clock.mono() - since)
        if (took >= 1) this.#tookMs.set(named.name, took)
      } catch (error) {
        this.#running = this.#running.filter((running) => running !== named)
        // What fails while stopping must not hide why it did not start.
        await this.stop().catch(() => {})
        throw error
      }
      if (!this.#stopping) continue
      // Its stop was called while it started, and found perhaps nothing to stop yet.
      await this.#end(named).catch(() => {})
      throw new Error(`stopped while ${named.name} was started`)
    }
  }

  /** Throws the failures together after everything was tried; each names its part. */
  async stop(): Promise<void> {
    this.#stopping = true
    const failures: unknown[] = []
    for (const named of this.#running.splice(0).reverse()) {
      try {
        await this.#end(named)
      } catch (error) {
        failures.push(new Error(`stop ${named.name}`, { cause: error }))
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'some parts did not stop cleanly')
  }

  async #end({ service, stopMs }: Named): Promise<void> {
    const late = Promise.withResolvers<never>()
    const cancel = this.#options.clock.after(stopMs, () => {
      late.reject(new Error(`it was given up after ${durationWords(stopMs)}`))
    })
    try {
      await Promise.race([service.stop(), late.promise])
    } finally {
      cancel()
    }
  }
}
