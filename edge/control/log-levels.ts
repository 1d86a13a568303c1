import type { Cancel, Clock } from '../../shared/clock.ts'
import { LaresError } from '../../shared/errors.ts'
import type { Service } from '../../shared/lifecycle.ts'
import { ALL_PARTS, LOG_LEVELS, type LogBoard, type LogLevel } from '../../shared/log-board.ts'
import { nearestName } from '../../shared/nearest-name.ts'

/** What the agent itself says, in no part's name. */
export const AGENT_PART = 'agent'

/** The names that parts of the agent put on their lines. */
export const AGENT_LOG_PARTS = [
  ALL_PARTS,
  AGENT_PART,
  'audio',
  'commands',
  'gpio',
  'link',
  'machine',
  'outbox',
  'outputs',
  'sensors',
  'voice',
] as const

/** A week: who forgot it by then has looked. */
export const LONGEST_MINUTES = 10_080

export interface PartLevel {
  part: string
  level: LogLevel
  /** Wall clock; `null`: until the agent ends. */
  until: number | null
}

/** What a person wants; `minutes` absent: until the agent ends. */
export interface WantedLevel {
  part: string
  level: LogLevel
  minutes?: number | undefined
}

/** Throws `bad_params` with the nearest part and level that exist. */
export function readLevel(part: string, level: string, minutes?: number): WantedLevel {
  const found = LOG_LEVELS.find((one) => one === level)
  if (!AGENT_LOG_PARTS.some((one) => one === part)) throw unknown('part', part, AGENT_LOG_PARTS)
  if (!found) throw unknown('level', level, LOG_LEVELS)
  if (minutes !== undefined && !(minutes > 0 && minutes <= LONGEST_MINUTES))
    throw new LaresError('bad_params', `${minutes} minutes is no time that it can last`, {
      hint: `Write a number of minutes up to ${LONGEST_MINUTES}, or leave it out: then it lasts until the agent ends.`,
    })
  return { part, level: found, minutes }
}

function unknown(what: string, word: string, known: readonly string[]): LaresError {
  const nearest = nearestName(word, known)
  const guess = nearest === null ? '' : `Did you mean ${nearest}? `
  return new LaresError('bad_params', `there is no ${what} ${word}`, {
    hint: `${guess}It is one of ${known.join(', ')}.`,
  })
}

/** How much parts of the running agent say, where a person wanted it otherwise than the configuration: until it ends. */
export class LogLevels implements Service {
  #clock: Clock
  #board: Pick<LogBoard, 'set' | 'unset'>
  #onChange: () => void
  #levels = new Map<string, PartLevel & { cancel: Cancel }>()

  constructor({
    clock,
    board,
    onChange,
  }: { clock: Clock; board: Pick<LogBoard, 'set' | 'unset'>; onChange: () => void }) {
    this.#clock = clock
    this.#board = board
    this.#onChange = onChange
  }

  start(): void {}

  stop(): void {
    for (const { cancel } of this.#levels.values()) cancel()
  }

  /** `all` takes back what was set for single parts. */
  set({ part, level, minutes }: WantedLevel): void {
    for (const [known, { cancel }] of this.#levels) {
      if (part !== ALL_PARTS && part !== known) continue
      cancel()
      this.#levels.delete(known)
    }
    this.#board.set(part, level)
    const ms = minutes === undefined ? null : Math.round(minutes * 60_000)
    const until = ms === null ? null : this.#clock.now() + ms
    const cancel = ms === null ? () => {} : this.#clock.after(ms, () => this.#over(part))
    this.#levels.set(part, { part, level, until, cancel })
    this.#onChange()
  }

  current(): PartLevel[] {
    return [...this.#levels.values()].map(({ cancel: _, ...level }) => level)
  }

  #over(part: string): void {
    this.#levels.delete(part)
    this.#board.unset(part)
    this.#onChange()
  }
}
