/** Something that runs. `start` may be called once; `stop` is safe at any time and as often as one likes. */
export interface Service {
  start(): void | Promise<void>
  stop(): void | Promise<void>
}

interface Named {
  name: string
  service: Service
}

/**
 * Starts services in order and stops them in reverse. When one fails to start, those before it are stopped
 * and its failure is thrown; when one fails to stop, the others still are.
 */
export class Lifecycle implements Service {
  #services: Named[] = []
  #running: Named[] = []

  add(name: string, service: Service): void {
    this.#services.push({ name, service })
  }

  async start(): Promise<void> {
    for (const named of this.#services) {
      try {
        await named.service.start()
        this.#running.push(named)
      } catch (error) {
        // What fails while stopping must not hide why it did not start.
        await this.stop().catch(() => {})
        throw error
      }
    }
  }

  /** Throws the failures together after everything was tried. */
  async stop(): Promise<void> {
    const failures: unknown[] = []
    for (const { name, service } of this.#running.splice(0).reverse()) {
      try {
        await service.stop()
      } catch (error) {
        failures.push(new Error(`stop ${name}`, { cause: error }))
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'some parts did not stop cleanly')
  }
}
