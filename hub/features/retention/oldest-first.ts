/** Numbers come before all texts, as in SQLite: a walk begins before any key with -1. */
type Key = number | string

/** A row as a queue shows it: what it is removed by, and what it is judged by. */
export interface OldRow<K extends Key = number> {
  id: K
  time: number
  /** What else its table says of it, such as an event's category. */
  mark: string | null
}

/** Rows of one kind in the order of their time: one series of readings, the events of one severity. */
export interface RowQueue<K extends Key = number> {
  /** Time of its oldest row. */
  first: number
  /** Rows before this are looked at. */
  before: number
  /**
   * Rows after this position, by time and then id, at most `limit`; none when there are no more. May go beyond `before`. What was passed
   * over on the way is bounded: where nothing else says how far it came, it ends with a row that cannot be taken.
   */
  page(after: Pick<OldRow<K>, 'time' | 'id'>, limit: number): OldRow<K>[]
  /** Removes the row when it may go. Returns whether it did. */
  take(row: OldRow<K>): boolean
}

export interface Stretch {
  removed: number
  /** Nothing is left to look at. */
  done: boolean
}

const PAGE = 64
/** To read a page takes as long as to look at so many rows, also when it passes over what is no row any more. */
const LOOKS_OF_PAGE = 16

interface Cursor {
  queue: RowQueue<Key>
  next: number
  after: Pick<OldRow<Key>, 'time' | 'id'>
  rows: OldRow<Key>[]
  at: number
}

/**
 * Walks over many queues at once, the oldest row of all first, in bounded stretches. Rows of one time lie together in the
 * database whatever series they belong to, so far fewer pages are written than by walking one series after the other.
 *
 * Rows that may not go are passed over; a new walk looks at them again.
 */
export class OldestFirst {
  #heap: Cursor[] = []

  constructor(queues: Iterable<RowQueue<Key>>) {
    for (const queue of queues) {
      if (queue.first < queue.before)
        this.#push({ queue, next: queue.first, after: { time: queue.first, id: -1 }, rows: [], at: 0 })
    }
  }

  /** Removes at most `removals` rows and looks at no more than about `looks`. */
  stretch({ removals, looks }: { removals: number; looks: number }): Stretch {
    let removed = 0
    let looked = 0
    while (removed < removals && looked < looks) {
      const cursor = this.#pop()
      if (!cursor) return { removed, done: true }
      if (cursor.at >= cursor.rows.length) {
        cursor.rows = cursor.queue.page(cursor.after, PAGE)
        cursor.at = 0
        looked += LOOKS_OF_PAGE
      }
      const row = cursor.rows[cursor.at]
      if (!row || row.time >= cursor.queue.before) continue
      // The first row of a fresh page may lie behind those of other queues.
      if (row.time > cursor.next) {
        cursor.next = row.time
        this.#push(cursor)
        continue
      }
      looked += 1
      if (cursor.queue.take(row)) removed += 1
      cursor.at += 1
      cursor.after = row
      cursor.next = cursor.rows[cursor.at]?.time ?? row.time
      this.#push(cursor)
    }
    return { removed, done: this.#heap.length === 0 }
  }

  #push(cursor: Cursor): void {
    const heap = this.#heap
    let at = heap.push(cursor) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isOlder(heap, at, parent)) break
      swap(heap, at, parent)
      at = parent
    }
  }

  #pop(): Cursor | undefined {
    const heap = this.#heap
    const top = heap[0]
    const last = heap.pop()
    if (!top || !last || top === last) return top
    heap[0] = last
    for (let at = 0; ; ) {
      const left = 2 * at + 1
      const least = isOlder(heap, left + 1, left) ? left + 1 : left
      if (!isOlder(heap, least, at)) return top
      swap(heap, at, least)
      at = least
    }
  }
}

function isOlder(heap: Cursor[], a: number, b: number): boolean {
  const [one, other] = [heap[a], heap[b]]
  return one !== undefined && other !== undefined && one.next < other.next
}

function swap(heap: Cursor[], a: number, b: number): void {
  const [one, other] = [heap[a], heap[b]]
  if (one && other) {
    heap[a] = other
    heap[b] = one
  }
}
