import { writeSync } from 'node:fs'
import { isatty } from 'node:tty'
import { pino } from 'pino'
import type { Clock } from './clock.ts'
import { variable } from './environment.ts'
import { LOG_LEVELS, type LogLevel, logBoard } from './log-board.ts'
import { readableLine } from './log-line.ts'

export type LogFields = Record<string, unknown>

/** What a part needs of a log. Never hand it a secret, a payload or what somebody said. */
export interface Log {
  debug(fields: LogFields, message: string): void
  info(fields: LogFields, message: string): void
  warn(fields: LogFields, message: string): void
  error(fields: LogFields, message: string): void
  /** The same log with a part's name on every line. */
  part(name: string): Log
}

interface PinoLike {
  debug(fields: LogFields, message: string): void
  info(fields: LogFields, message: string): void
  warn(fields: LogFields, message: string): void
  error(fields: LogFields, message: string): void
  child(fields: LogFields): PinoLike
}

function wrap(logger: PinoLike, part: string): Log {
  const at = (level: LogLevel) => (fields: LogFields, message: string) => {
    if (logBoard.allows(part, level)) logger[level](fields, message)
  }
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    part: (name) => wrap(logger.child({ part: name }), name),
  }
}

const STDERR = 2

/** Whether a person watches this process's log, from any of its threads. */
export function isWatched(): boolean {
  return isatty(STDERR)
}

/**
 * On standard error, because standard output belongs to what a person asked for: JSON lines, which journald keeps, or lines
 * for people when it is a terminal. Every line is out before the call returns. The last of them stay in memory, and how much
 * each part says can be changed while the program runs: `log-board.ts`, where `main` is the part of lines that name none.
 */
export function createLog(level: string, terminal = isWatched(), main = 'hub'): Log {
  logBoard.open(LOG_LEVELS.find((one) => one === level) ?? 'info')
  const options = { level: 'debug', base: null, redact: ['secret', 'password', 'token', 'join_code'] }
  const shown = terminal ? readable() : pino.destination({ fd: STDERR, sync: true })
  const lines = {
    write(line: string) {
      shown.write(line)
      logBoard.keep(line.trimEnd())
    },
  }
  return wrap(pino(options, lines), main)
}

function readable(): { write(line: string): void } {
  // https://no-color.org
  const colours = variable('NO_COLOR') === undefined
  return { write: (line) => writeSync(STDERR, readableLine(line, { colours })) }
}

/** A log that keeps quiet. */
export const silentLog: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  part: () => silentLog,
}

/**
 * Lets one line per key through in each span and counts the rest, so that one broken device cannot fill the journal.
 * Returns how many were held back since the last line that passed, or `null` when this one is to be held back too.
 */
export class RateLimitedLog {
  #last = new Map<string, { at: number; held: number }>()
  #clock: Clock
  #spanMs: number

  constructor(clock: Clock, spanMs: number) {
    this.#clock = clock
    this.#spanMs = spanMs
  }

  allow(key: string): { held: number } | null {
    const now = this.#clock.mono()
    const last = this.#last.get(key)
    if (last && now - last.at < this.#spanMs) {
      last.held += 1
      return null
    }
    this.#last.set(key, { at: now, held: 0 })
    if (this.#last.size > 10_000) this.#last.clear()
    return { held: last?.held ?? 0 }
  }
}
