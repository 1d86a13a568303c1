import type { Clock } from '../../shared/clock.ts'
import { type Log, RateLimitedLog } from '../../shared/log.ts'
import type { PersistenceStats } from './persistence.ts'

export interface BrokerStats extends PersistenceStats {
  connected: number
  connections: number
  /** QoS 0 messages that went nowhere because their reader took no bytes. */
  unread: number
  /** Whose they were, the newest first. */
  slowReaders: SlowReader[]
  /** Connections turned away because there were too many. */
  refused: number
  takeovers: number
  /** Closed for breaking MQTT or a limit, by reason. */
  violations: Record<string, number>
  /** Hooks that threw, rejected or did not answer, by name. */
  hookFailures: Record<string, number>
}

/** A connection was closed while it took no bytes. */
export interface Dropped {
  /** The principal, or who named itself. */
  owner: string
  clientId: string
  remote: string
  /** QoS 0 messages that waited for it. */
  messages: number
}

export interface SlowReader extends Omit<Dropped, 'owner'> {
  /** Wall clock. */
  at: number
}

/** So many slow readers are remembered. */
const SLOW_READERS = 16

const LOG_SPAN_MS = 10_000

/** Counts what goes wrong by reason, and says so in the log, one line per kind and ten seconds. */
export class BrokerCounters {
  #log: Log
  #lines: RateLimitedLog
  #violations = new Map<string, number>()
  #hookFailures = new Map<string, number>()
  unread = 0
  slowReaders: readonly SlowReader[] = []

  constructor(log: Log, clock: Clock) {
    this.#log = log
    this.#lines = new RateLimitedLog(clock, LOG_SPAN_MS)
  }

  get violations(): Record<string, number> {
    return Object.fromEntries(this.#violations)
  }

  get hookFailures(): Record<string, number> {
    return Object.fromEntries(this.#hookFailures)
  }

  violation(reason: string, remote: string, clientId: string | null): void {
    this.#violations.set(reason, (this.#violations.get(reason) ?? 0) + 1)
    this.line('violation', { reason, remote, clientId })
  }

  dropped(reader: SlowReader): void {
    this.unread += reader.messages
    const readers = [reader, ...this.slowReaders]
    if (readers.length > SLOW_READERS) readers.pop()
    this.slowReaders = readers
    const { clientId, remote, messages } = reader
    this.line('messages dropped: their reader takes no bytes', { clientId, remote, messages })
  }

  hookFailed(hook: string, error: Error): void {
    this.#hookFailures.set(hook, (this.#hookFailures.get(hook) ?? 0) + 1)
    this.line(`hook ${hook} failed`, { error: error.message })
  }

  line(message: string, fields: Record<string, unknown>): void {
    const allowed = this.#lines.allow(message)
    if (allowed) this.#log.warn({ ...fields, held: allowed.held }, message)
  }
}
