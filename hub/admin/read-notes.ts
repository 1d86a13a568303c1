import type { Cancel, Clock } from '../../shared/clock.ts'
import type { StructuredInput } from '../engine/input.ts'
import type { Asked } from './admit.ts'

type Note = Extract<StructuredInput, { kind: 'api_call' }>

/** A screen that asks every second would otherwise write as many rows as the sensors. */
const SPAN_MS = 600_000
const MOST = 1_000

/** Questions of the same kind since the last row about them. */
interface Counted {
  /** The newest, with how many no row counts yet. */
  note: Note
  end: Cancel
}

/**
 * Traces of questions: the first of a caller for a verb at once, those of each ten minutes after it as one with their number,
 * at the end of these or when the hub stops. What another token or address asks is another's; of several logins the last one
 * is named.
 */
export class ReadNotes {
  #clock: Clock
  #write: (note: Note) => Promise<unknown>
  /** The longest open first. */
  #counted = new Map<string, Counted>()
  #stopped = false

  /** `write` never rejects. */
  constructor(clock: Clock, write: (note: Note) => Promise<unknown>) {
    this.#clock = clock
    this.#write = write
  }

  add({ area, verb, caller }: Asked, ok: boolean): void {
    const key = [caller.principal, caller.token, caller.address, area, verb, ok].join(' ')
    const counted = this.#counted.get(key)
    if (counted) {
      counted.note = { ...counted.note, caller, times: counted.note.times + 1 }
      return
    }
    const note: Note = { kind: 'api_call', area, verb, caller, ok, times: 1 }
    void this.#write(note)
    if (this.#stopped) return
    for (const oldest of this.#counted.keys()) {
      if (this.#counted.size < MOST) break
      void this.#close(oldest)
    }
    this.#count(key, note)
  }

  /** Resolves when what was counted is written. What comes later is written one by one. */
  async stop(): Promise<void> {
    this.#stopped = true
    await Promise.all([...this.#counted.keys()].map((key) => this.#close(key)))
  }

  #count(key: string, note: Note): void {
    const end = this.#clock.after(SPAN_MS, () => {
      const goesOn = (this.#counted.get(key)?.note.times ?? 0) > 0
      void this.#close(key)
      // Whoever goes on asking costs one row each time, and not a first one and the rest.
      if (goesOn) this.#count(key, note)
    })
    this.#counted.set(key, { note: { ...note, times: 0 }, end })
  }

  async #close(key: string): Promise<void> {
    const counted = this.#counted.get(key)
    if (!counted) return
    counted.end()
    this.#counted.delete(key)
    if (counted.note.times > 0) await this.#write(counted.note)
  }
}
