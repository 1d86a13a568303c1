import { Worker } from 'node:worker_threads'
import type { Clock } from '../../shared/clock.ts'
import type { EntityOrder } from '../../shared/entity-order.ts'
import { explain } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import { type SupervisedWorker, Supervisor } from '../../shared/supervisor.ts'
import type { Load } from './broker-session.ts'
import type { BrokerState } from './existing-broker.ts'
import type { FromMakers, MakersSettings, NamedBroker, ToMakers } from './makers-thread-messages.ts'

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
  spawn?: (settings: MakersSettings) => SupervisedWorker<ToMakers, FromMakers>
}

/** Whatever is published there, the hub has to live beside it on a machine with 1 GB. A thread that needs more ends alone. */
const HEAP_MB = 256

/** The front's end of the thread that listens at brokers of somebody else. One that dies is started anew, and hears everything again. */
export class MakersThread {
  #parts: MakersThreadParts
  #brokers: readonly NamedBroker[]
  #wanted = new Map<string, readonly string[]>()
  #supervisor: Supervisor<ToMakers, FromMakers>

  constructor(parts: MakersThreadParts) {
    const { settings, spawn = spawnThread, clock, log } = parts
    this.#parts = parts
    this.#brokers = settings.brokers
    this.#supervisor = new Supervisor<ToMakers, FromMakers>({
      name: 'the thread that listens at other brokers',
      spawn: () => spawn({ ...settings, brokers: this.#brokers }),
      began: () => {
        for (const [source, identities] of this.#wanted) this.#say({ kind: 'want', source, identities })
      },
      hear: (message, answer) => void this.#hear(message, answer),
      lost: () => this.#lost(),
      clock,
      log,
    })
  }

  /** Calling it again changes nothing. */
  start(): void {
    this.#supervisor.start()
  }

  stop(): Promise<void> {
    return this.#supervisor.stop()
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
    if (!this.#supervisor.running) {
      this.#parts.ordered(order, 'the thread that listens at other brokers is being started anew')
      return
    }
    this.#say({ kind: 'order', ...order })
  }

  #say(message: ToMakers): void {
    this.#supervisor.say(message)
  }

  async #hear(message: FromMakers, answer: (message: ToMakers) => void): Promise<void> {
    const { take, state, trouble, ordered, passedOver, password } = this.#parts
    switch (message.kind) {
      case 'load': {
        const { number, source, load } = message
        const error = await take(source, load).then(() => null, explain)
        answer({ kind: 'taken', number, error })
        return
      }
      case 'password': {
        const { number, broker } = message
        const found = await password(broker).then(
          (value) => ({ password: value, error: null }),
          (error: unknown) => ({ password: null, error: explain(error) }),
        )
        answer({ kind: 'password', number, ...found })
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
    }
  }

  /** The thread is gone. An order that it was given may have run: nobody says that it was refused, and its time ends it. */
  #lost(): void {
    for (const { spoken } of this.#brokers)
      for (const { source } of spoken)
        this.#parts.state(source, { online: false, reason: 'the thread that listens there is being started anew' })
  }
}

function spawnThread(settings: MakersSettings): SupervisedWorker<ToMakers, FromMakers> {
  const resourceLimits = { maxOldGenerationSizeMb: HEAP_MB }
  return new Worker(new URL('./makers-worker.ts', import.meta.url), { workerData: settings, resourceLimits })
}
