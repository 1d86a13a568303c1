import { Worker } from 'node:worker_threads'
import { Backoff } from '../../shared/backoff.ts'
import type { Cancel, Clock } from '../../shared/clock.ts'
import { explain } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import type { BrokerState } from '../makers/existing-broker.ts'
import type { FromLinks, LedgerStep, LinksSettings, ToLinks } from './links-thread-messages.ts'

/** What of a worker is used here. */
export interface LinksWorker {
  postMessage(message: ToLinks): void
  terminate(): Promise<unknown>
  on(event: 'message', heard: (message: FromLinks) => void): unknown
  on(event: 'error', failed: (error: Error) => void): unknown
  on(event: 'exit', ended: (code: number) => void): unknown
}

export interface LinksThreadParts {
  settings: LinksSettings
  /** Has it written down; resolves with the answer once that is on the disk. */
  ledger(step: LedgerStep): Promise<unknown>
  /** The password for a broker; `null`: none. Rejects with what is wrong with it. */
  password(key: string): Promise<string | null>
  state(key: string, side: 'near' | 'far', state: BrokerState): void
  clock: Clock
  log: Log
  /** Absent: a real thread. */
  spawn?: (settings: LinksSettings) => LinksWorker
}

const STOP_MS = 1_000
/** Beside the hub on a machine with 1 GB. */
const HEAP_MB = 256

/** The front's end of the thread that shows the house at other brokers. One that dies is started anew, and begins from the ledger. */
export class LinksThread {
  #parts: LinksThreadParts
  #worker: LinksWorker | null = null
  #twins = new Map<string, readonly string[]>()
  #backoff = new Backoff({ firstMs: 1_000, capMs: 60_000 })
  #again: Cancel = () => {}
  #stopped: (() => void) | null = null

  constructor(parts: LinksThreadParts) {
    this.#parts = parts
  }

  /** Calling it again changes nothing. */
  start(): void {
    if (this.#worker || this.#stopped) return
    const { settings, log, clock, spawn = spawnLinks } = this.#parts
    const worker = spawn(settings)
    this.#worker = worker
    worker.on('message', (message: FromLinks) => void this.#hear(message))
    worker.on('error', (error: Error) => log.error({ error: error.stack }, 'the thread for other brokers failed'))
    worker.on('exit', () => {
      if (this.#stopped) this.#stopped()
      else if (this.#worker === worker) {
        this.#worker = null
        this.#again = clock.after(this.#backoff.next(), () => this.start())
      }
    })
    for (const [url, devices] of this.#twins) this.#say({ kind: 'twins', url, devices })
  }

  /** Devices that somebody else announces at a broker. */
  haveTwins(url: string, devices: readonly string[]): void {
    this.#twins.set(url, devices)
    this.#say({ kind: 'twins', url, devices })
  }

  async stop(): Promise<void> {
    this.#again()
    const worker = this.#worker
    if (!worker) return
    const ended = new Promise<void>((resolve) => {
      this.#stopped = resolve
      this.#parts.clock.after(STOP_MS, resolve)
    })
    this.#say({ kind: 'stop' })
    await ended
    this.#worker = null
    await worker.terminate()
  }

  #say(message: ToLinks): void {
    this.#worker?.postMessage(message)
  }

  async #hear(message: FromLinks): Promise<void> {
    const { ledger, password, state } = this.#parts
    switch (message.kind) {
      case 'ledger':
        return this.#answer(message.number, ledger(message.step))
      case 'password':
        return this.#answer(message.number, password(message.key))
      case 'state':
        this.#backoff.reset()
        state(message.key, message.side, message.state)
        return
      case 'stopped':
        this.#stopped?.()
    }
  }

  async #answer(number: number, asked: Promise<unknown>): Promise<void> {
    const answer = await asked.then(
      (value) => ({ value, error: null }),
      (error: unknown) => ({ value: null, error: explain(error) }),
    )
    this.#say({ kind: 'answer', number, ...answer })
  }
}

function spawnLinks(settings: LinksSettings): LinksWorker {
  const resourceLimits = { maxOldGenerationSizeMb: HEAP_MB }
  return new Worker(new URL('./links-worker.ts', import.meta.url), { workerData: settings, resourceLimits })
}
