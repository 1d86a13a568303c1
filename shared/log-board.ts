import { BroadcastChannel, isMainThread } from 'node:worker_threads'

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** Every part at once. */
export const ALL_PARTS = 'all'

/** The last lines are kept in memory, up to this: writing them beside the journal would cost the card something every day. */
const KEPT = { lines: 500, characters: 256 * 1024 }

type Told =
  /** A thread has begun and wants to know which parts say more or less than it was started with. */
  { kind: 'hello' } | { kind: 'levels'; levels: [part: string, level: LogLevel][] } | { kind: 'line'; line: string }

/**
 * How much each part of this process says, and what was said last. One in every thread; what is changed in one holds in all
 * of them, and the main thread keeps everybody's lines.
 */
export class LogBoard {
  #usual: LogLevel = 'info'
  #levels = new Map<string, LogLevel>()
  #lines: string[] = []
  #characters = 0
  #channel: BroadcastChannel | null = null

  /** Before the first line. Doing it again sets the level that parts have whose own was not set. */
  open(usual: LogLevel): void {
    this.#usual = usual
    if (this.#channel) return
    this.#channel = new BroadcastChannel('lares-log')
    this.#channel.unref()
    this.#channel.onmessage = (event) => this.#told((event as { data: Told }).data)
    if (!isMainThread) this.#tell({ kind: 'hello' })
  }

  allows(part: string, level: LogLevel): boolean {
    const least = this.#levels.get(part) ?? this.#levels.get(ALL_PARTS) ?? this.#usual
    return LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(least)
  }

  /** From now on, until the process ends. `ALL_PARTS` takes back what was set for single ones. */
  set(part: string, level: LogLevel): void {
    if (part === ALL_PARTS) this.#levels.clear()
    this.#levels.set(part, level)
    this.#tell({ kind: 'levels', levels: [...this.#levels] })
  }

  /** From now on it says again what the others say. */
  unset(part: string): void {
    this.#levels.delete(part)
    this.#tell({ kind: 'levels', levels: [...this.#levels] })
  }

  keep(line: string): void {
    if (!isMainThread) {
      this.#tell({ kind: 'line', line })
      return
    }
    this.#lines.push(line)
    this.#characters += line.length
    while (this.#lines.length > KEPT.lines || (this.#characters > KEPT.characters && this.#lines.length > 1))
      this.#characters -= this.#lines.shift()?.length ?? 0
  }

  /** The last lines of all threads, oldest first. Empty in any thread but the main one. */
  recent(): string[] {
    return [...this.#lines]
  }

  #tell(told: Told): void {
    this.#channel?.postMessage(told)
  }

  #told(told: Told): void {
    if (told.kind === 'levels') this.#levels = new Map(told.levels)
    if (!isMainThread) return
    if (told.kind === 'line') this.keep(told.line)
    if (told.kind === 'hello' && this.#levels.size > 0) this.#tell({ kind: 'levels', levels: [...this.#levels] })
  }
}

/** That of this thread. */
export const logBoard = new LogBoard()
