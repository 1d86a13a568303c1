import { Worker } from 'node:worker_threads'
import type { Clock } from '../../shared/clock.ts'
import { explain } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import { type SupervisedWorker, Supervisor } from '../../shared/supervisor.ts'
import type { BrokerState } from '../makers/existing-broker.ts'
import type { FromLinks, LedgerStep, LinksSettings, ToLinks } from './links-thread-messages.ts'

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
  spawn?: (settings: LinksSettings) => SupervisedWorker<ToLinks, FromLinks>
}

/** Beside the hub on a machine with 1 GB. */
const HEAP_MB = 256

/** The front's end of the thread that shows the house at other brokers. One that dies is started anew, and begins from the ledger. */
export class LinksThread {
  #parts: LinksThreadParts
  #twins = new Map<string, readonly string[]>()
  #supervisor: Supervisor<ToLinks, FromLinks>

  constructor(parts: LinksThreadParts) {
    const { settings, log, clock, spawn = spawnLinks } = parts
    this.#parts = parts
    this.#supervisor = new Supervisor<ToLinks, FromLinks>({
      name: 'the thread that shows the house at other brokers',
      spawn: () => spawn(settings),
      began: () => {
        for (const [url, devices] of this.#twins) this.#say({ kind: 'twins', url, devices })
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

  /** Devices that somebody else announces at a broker. */
  haveTwins(url: string, devices: readonly string[]): void {
    this.#twins.set(url, devices)
    this.#say({ kind: 'twins', url, devices })
  }

  #say(message: ToLinks): void {
    this.#supervisor.say(message)
  }

  async #hear(message: FromLinks, say: (message: ToLinks) => void): Promise<void> {
    const { ledger, password, state } = this.#parts
    switch (message.kind) {
      case 'ledger':
        return answer(say, message.number, ledger(message.step))
      case 'password':
        return answer(say, message.number, password(message.key))
      case 'state':
        state(message.key, message.side, message.state)
    }
  }

  /** Nobody is connected there meanwhile, whatever was said last. */
  #lost(): void {
    const state = { online: false, reason: 'the thread that is connected there is being started anew' }
    for (const { key } of this.#parts.settings.links) this.#parts.state(key, 'far', state)
  }
}

async function answer(say: (message: ToLinks) => void, number: number, asked: Promise<unknown>): Promise<void> {
  const found = await asked.then(
    (value) => ({ value, error: null }),
    (error: unknown) => ({ value: null, error: explain(error) }),
  )
  say({ kind: 'answer', number, ...found })
}

function spawnLinks(settings: LinksSettings): SupervisedWorker<ToLinks, FromLinks> {
  const resourceLimits = { maxOldGenerationSizeMb: HEAP_MB }
  return new Worker(new URL('./links-worker.ts', import.meta.url), { workerData: settings, resourceLimits })
}
