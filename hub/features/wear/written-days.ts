import type { Database, Statement } from '../../../shared/sqlite/open.ts'
import type { Context } from '../../engine/context.ts'
import { WRITE_CAUSES, type WriteBook, type WrittenByCause } from '../../engine/write-book.ts'

const DAY_MS = 86_400_000
/** A row written once a minute would be ten times as much, for counts that nobody needs to the minute. */
const EVERY_MS = 600_000
/** Who looks soon after the first start sees something. */
const FIRST_MS = 60_000

/** A day as it is kept. */
export interface WrittenDay {
  /** Days since 1970 UTC. */
  id: number
  began_at: number
  written_at: number
  written: WrittenByCause
}

/**
 * Days of what the hub wrote. It counts in memory and stores the whole day at a time, so storing it twice, or rolling that back,
 * changes nothing. A kill takes what was not stored: ten minutes, or more where nothing was written meanwhile.
 */
export class WrittenDays {
  #book: WriteBook
  #select: Statement
  #write: Statement
  #counted: WrittenByCause = {}
  /** Those that are not over, or not stored as they ended. */
  #days = new Map<number, WrittenDay>()
  #dueAt: number | null = null
  #storedIn: Context | null = null

  constructor(db: Database, book: WriteBook) {
    this.#book = book
    this.#select = db.prepare('SELECT id, began_at, written_at, written FROM wear_days WHERE id = ?')
    this.#write = db.prepare(
      'INSERT INTO wear_days (id, began_at, written_at, written) VALUES (@id, @began_at, @written_at, @written) ' +
        'ON CONFLICT (id) DO UPDATE SET written_at = excluded.written_at, written = excluded.written',
    )
  }

  /** Call about once a second: what was written since belongs to the day of `now`. */
  count(now: number): void {
    this.#dueAt ??= now + FIRST_MS
    const totals = this.#book.totals
    const day = this.#day(now)
    day.written_at = Math.max(day.written_at, now)
    day.written = sum(day.written, difference(totals, this.#counted))
    this.#counted = totals
  }

  /** Inside a transaction that writes something anyway. */
  storeWhenDue(context: Context): void {
    // A clock that was set back must not keep it from being stored for as long.
    if (this.#dueAt === null || (context.now < this.#dueAt && this.#dueAt - context.now <= EVERY_MS)) return
    if (this.#storedIn !== context) this.store(context)
  }

  store(context: Context): void {
    this.#storedIn = context
    this.count(context.now)
    for (const { written, ...day } of this.#days.values()) this.#write.run({ ...day, written: JSON.stringify(written) })
    context.committed(() => {
      this.#dueAt = context.now + EVERY_MS
      for (const id of this.#days.keys()) if (id !== dayOf(context.now)) this.#days.delete(id)
    })
  }

  #day(now: number): WrittenDay {
    const id = dayOf(now)
    let day = this.#days.get(id)
    if (!day) {
      const stored = this.#select.get(id) as (Omit<WrittenDay, 'written'> & { written: string }) | undefined
      day = stored
        ? { ...stored, written: JSON.parse(stored.written) as WrittenByCause }
        : { id, began_at: now, written_at: now, written: {} }
      this.#days.set(id, day)
    }
    return day
  }
}

export function dayOf(now: number): number {
  return Math.floor(now / DAY_MS)
}

function difference(now: WrittenByCause, before: WrittenByCause): WrittenByCause {
  return combine(now, before, (a, b) => a - b)
}

/** Both together, cause by cause. */
export function sum(one: WrittenByCause, other: WrittenByCause): WrittenByCause {
  return combine(one, other, (a, b) => a + b)
}

function combine(one: WrittenByCause, other: WrittenByCause, both: (a: number, b: number) => number): WrittenByCause {
  const causes = WRITE_CAUSES.flatMap((cause) => {
    const [a, b] = [one[cause], other[cause]]
    if (!a && !b) return []
    const commits = both(a?.commits ?? 0, b?.commits ?? 0)
    const bytes = both(a?.bytes ?? 0, b?.bytes ?? 0)
    return commits === 0 && bytes === 0 ? [] : [[cause, { commits, bytes }] as const]
  })
  return Object.fromEntries(causes)
}
