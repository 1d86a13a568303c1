import type { Clock } from '../../shared/clock.ts'
import type { StructuredInput } from '../engine/input.ts'
import type { Asked } from './admit.ts'

type Note = Extract<StructuredInput, { kind: 'api_call' }>

/** A screen that asks every second would otherwise write as many rows as the sensors. */
const SPAN_MS = 600_000
const MOST = 1_000

/**
 * Traces of questions: the first of a caller for a verb at once, those of the next ten minutes as one with their number. What
 * another token or address asks is another's; of several logins the last one is named.
 */
export class ReadNotes {
  #clock: Clock
  #write: (note: Note) => void
  #open = new Map<string, { since: number; times: number }>()

  constructor(clock: Clock, write: (note: Note) => void) {
    this.#clock = clock
    this.#write = write
  }

  add({ area, verb, caller }: Asked, ok: boolean): void {
    const key = [caller.principal, caller.token, caller.address, area, verb, ok].join(' ')
    const now = this.#clock.mono()
    const open = this.#open.get(key)
    if (open && now - open.since < SPAN_MS) {
      open.times += 1
      return
    }
    if (this.#open.size >= MOST) this.#open.clear()
    this.#open.set(key, { since: now, times: 0 })
    this.#write({ kind: 'api_call', area, verb, caller, ok, times: Math.max(1, (open?.times ?? 0) + 1) })
  }
}
