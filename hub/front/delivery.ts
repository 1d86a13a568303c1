import type { Clock } from '../../shared/clock.ts'
import { LaresError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import { durationWords } from '../../shared/time-words.ts'
import type { Sink } from '../engine/follower-sink.ts'
import type { FollowedPage } from '../engine/follower-step.ts'
import type { SecretReader } from '../secrets/secret-reader.ts'

/** Deliveries of one follower that were ended and go on all the same. More than this, and it waits for one of them. */
export const LINGERING = 4

export interface DeliveryParts {
  name: string
  deadlineMs: number
  load: () => Promise<Sink>
  settings: Readonly<Record<string, unknown>>
  secrets: SecretReader
  clock: Clock
  log: Log
}

/** Hands the pages of one follower to its sink, one after the other. Each has one end, its own or the one it is given. */
export class Deliveries {
  #parts: DeliveryParts
  #abort: AbortController | null = null
  /** Those that do not hear that they were ended. */
  #lingering = new Set<Promise<void>>()

  constructor(parts: DeliveryParts) {
    this.#parts = parts
  }

  /** Resolves when the rows were acknowledged. Throws what the sink throws, `timed_out`, or what it was ended with. */
  async deliver(page: FollowedPage): Promise<void> {
    const { clock, deadlineMs, name } = this.#parts
    const abort = new AbortController()
    this.#abort = abort
    const ended = new Promise<never>((_resolve, reject) =>
      abort.signal.addEventListener('abort', () => reject(abort.signal.reason as Error), { once: true }),
    )
    ended.catch(() => undefined)
    const late = `it took longer than ${durationWords(deadlineMs)}`
    const cancel = clock.after(deadlineMs, () => abort.abort(new LaresError('timed_out', late)))
    try {
      if (this.#lingering.size >= LINGERING) await Promise.race([...this.#lingering, ended])
      const own = this.#own(page, abort.signal)
      const settled = own.then(
        () => undefined,
        () => undefined,
      )
      this.#lingering.add(settled)
      void settled.then(() => this.#lingering.delete(settled))
      await Promise.race([own, ended])
    } finally {
      cancel()
      this.#abort = null
      if (this.#lingering.size >= LINGERING)
        this.#parts.log.warn({ follower: name }, 'deliveries were ended and go on all the same')
    }
  }

  /** Ends the one that is under way, whether it heeds its signal or not. */
  end(reason: Error): void {
    this.#abort?.abort(reason)
  }

  async #own({ rows, epoch }: FollowedPage, signal: AbortSignal): Promise<void> {
    const { load, name, settings, secrets, clock, log } = this.#parts
    const sink = await load()
    if (signal.aborted) return
    // How far was looked is no part of it: rows that are not wanted come meanwhile.
    const idempotencyKey = `${name}-${epoch}-${rows[0]?.id}-${rows.at(-1)?.id}-${rows.length}`
    await sink(rows, { signal, epoch, idempotencyKey, settings, secrets, clock, log })
  }
}
