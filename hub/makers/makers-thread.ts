import { Worker } from 'node:worker_threads'
import { Backoff } from '../../shared/backoff.ts'
import type { Cancel, Clock } from '../../shared/clock.ts'
import type { EntityOrder } from '../../shared/entity-order.ts'
import { explain } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import type { Load } from './broker-session.ts'
import type { BrokerState } from './existing-broker.ts'
import type { FromMakers, MakersSettings, NamedBroker, ToMakers } from './makers-thread-messages.ts'

/** What of a worker is used here. */
export interface MakersWorker {
  postMessage(message: ToMakers): void
  terminate(): Promise<unknown>
  on(event: 'message', heard: (message: FromMakers) => void): unknown
  on(event: 'error', failed: (error: Error) => void): unknown
  on(event: 'exit', ended: (code: number) => void): unknown
}

export interface MakersThreadParts {
  settings: MakersSettings
  /** Hands a load to the engine; resolves when it is on the disk. */
  take(source: string, load: Load): Promise<void>
  state(source: string, state: BrokerState): void
  trouble(source: string, reason: string | null): void
  ordered(order: { id: number; source: string }, error: string | null): void
  /** Messages that were too large, since the thread began. */
  passedOver(sources: readonly { source: string; messages: number }[]): void
  /** The password for a broker; `null`: none. Rejects with what is wrong with it. */
  password(broker: string): Promise<string | null>
  clock: Clock
  log: Log
  /** Absent: a real thread. */
  spawn?: (settings: MakersSettings) => MakersWorker
}

const STOP_MS = 1_000
/** Whatever is published there, the hub has to live beside it on a machine with 1 GB. A thread that needs more ends alone. */
const HEAP_MB = 256

/** The front's end of the thread that listens at brokers of somebody else. One that dies is started anew, and hears everything again. */
export class MakersThread {
  #parts: MakersThreadParts
  #brokers: readonly NamedBroker[]
  #worker: MakersWorker | null = null
  #wanted = new Map<string, readonly string[]>()
  #backoff = new Backoff({ firstMs: 1_000, capMs: 60_000 })
  #again: Cancel = () => {}
  #stopped: (() => void) | null = null

  constructor(parts: MakersThreadParts) {
    this.#parts = parts
    this.#brokers = parts.settings.brokers
  }

  /** Calling it again changes nothing. */
  start(): void {
    if (this.#worker || this.#stopped) return
    const { settings, spawn = spawnThread, log, clock } = this.#parts
    const worker = spawn({ ...settings, brokers: this.#brokers })
    this.#worker = worker
    worker.on('message', (message) => void this.#hear(message))
    worker.on('error', (error) => log.error({ error: error.stack }, 'the thread that listens at other brokers failed'))
    worker.on('exit', () => {
      if (this.#stopped) this.#stopped()
      else if (this.#worker === worker) {
        this.#worker = null
        this.#lost()
        this.#again = clock.after(this.#backoff.next(), () => this.start())
      }
    })
    for (const [source, identities] of this.#wanted) this.#say({ kind: 'want', source, identities })
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

  /** These are all brokers from now on. */
  listenAt(brokers: readonly NamedBroker[]): void {
    this.#brokers = brokers
    this.#say({ kind: 'brokers', brokers })
  }

  want(source: string, identities: readonly string[]): void {
    this.#wanted.set(source, identities)
    this.#say({ kind: 'want', source, identities })
  }

  order(order: { id: number; source: string; uniqueId: string; order: EntityOrder }): void {
    if (!this.#worker) {
      this.#parts.ordered(order, 'the thread that listens at other brokers is being started anew')
      return
    }
    this.#say({ kind: 'order', ...order })
  }

  #say(message: ToMakers): void {
    this.#worker?.postMessage(message)
  }

  async #hear(message: FromMakers): Promise<void> {
    const { take, state, trouble, ordered, passedOver, password } = this.#parts
    switch (message.kind) {
      case 'load': {
        const { number, source, load } = message
        const error = await take(source, load).then(() => null, explain)
        this.#backoff.reset()
        this.#say({ kind: 'taken', number, error })
        return
      }
      case 'password': {
        const { number, broker } = message
        const answer = await password(broker).then(
          (value) => ({ password: value, error: null }),
          (error: unknown) => ({ password: null, error: explain(error) }),
        )
        this.#say({ kind: 'password', number, ...answer })
        return
      }
      case 'state':
        state(message.source, message.state)
        return
      case 'trouble':
        trouble(message.source, message.reason)
        return
      case 'ordered':
        ordered(message, message.error)
        return
      case 'passed_over':
        passedOver(message.sources)
        return
      case 'stopped':
        this.#stopped?.()
    }
  }

  /** The thread is gone. An order that it was given may have run: nobody says that it was refused, and its time ends it. */
  #lost(): void {
    for (const { spoken } of this.#brokers)
      for (const { source } of spoken)
        this.#parts.state(source, { online: false, reason: 'the thread that listens there is being started anew' })
  }
}

function spawnThread(settings: MakersSettings): MakersWorker {
  const resourceLimits = { maxOldGenerationSizeMb: HEAP_MB }
  return new Worker(new URL('./makers-worker.ts', import.meta.url), { workerData: settings, resourceLimits })
}
