import type { Database, Statement } from '../../../shared/sqlite/open.ts'
import type { RetentionClass } from '../../contract/retention-class.ts'
import { ROLLUP_STEPS, type RollupStep, rollupPosition } from '../../store/rollup-positions.ts'
import { declaredRows, eventClass, SEVERITIES } from './classes.ts'
import type { Followed } from './held-back.ts'
import { LeftEntries } from './left-entries.ts'
import type { OldRow, RowQueue } from './oldest-first.ts'
import type { Keys, Unsent } from './unsent.ts'

const CLASS_OF_STEP = new Map<RollupStep, string>([
  [300_000, 'rollups_5m'],
  [3_600_000, 'rollups_1h'],
])

/** Tables whose rows travel to central by their own key; those of features come to them. */
const TRAVELLING = ['readings', 'reading_rollups', 'events'] as const

/** Which rows a walk may remove. */
export interface Cut {
  /** Rows of the class before this time; `null`: none of it. */
  before(name: string): number | null
  /** What is older has had its time, from which on it waits for followers. `null`: it has never. Default: `before`. */
  ended?(name: string): number | null
  /** Default false. Whether a row that central does not have may go when rollups stand for it. Never an event. */
  represented?: boolean
  /** Default false. Whether rows go that followers have not had yet. They are counted as lost then. */
  overtakes?: boolean
  /** Told of each row that was removed, and whether central has it. */
  removed?(table: string, row: OldRow, atCentral: boolean): void
}

type Page = RowQueue['page']

/** The mark of an entry of the index whose reading was removed before. */
const GONE = 'gone'

/**
 * The rows that leave by age, and the rules of when one may. Nothing else deletes from these tables but the end of the
 * device they belong to: whatever the reason for removing a row, it is asked here.
 */
export class Removable {
  #db: Database
  #unsent: Unsent
  #followed: Followed
  #declared: readonly RetentionClass[]
  #travelling: ReadonlySet<string>
  #upto = new Map<string, number | null>()
  #held = new Map<string, ReadonlySet<number>>()
  #inFlight = new Map<string, readonly Keys[]>()
  /** Readings up to this key are in the rollups of every step. */
  #rolledUp = 0
  /** Five-minute rollups up to this key are in the hourly ones. */
  #covered = 0
  #delete: ReadonlyMap<string, Statement>
  #left: LeftEntries
  #marked: Statement

  constructor(
    db: Database,
    { unsent, followed, declared }: { unsent: Unsent; followed: Followed; declared: readonly RetentionClass[] },
  ) {
    this.#db = db
    this.#unsent = unsent
    this.#followed = followed
    this.#declared = declared
    this.#travelling = new Set([...TRAVELLING, ...declared.filter(({ travels }) => travels).map(({ table }) => table)])
    this.#delete = new Map(
      [...TRAVELLING, ...declared.map(({ table }) => table)].map((table) => [
        table,
        db.prepare(`DELETE FROM ${table} WHERE id = ?`),
      ]),
    )
    this.#left = new LeftEntries(db)
    this.#marked = db.prepare('SELECT 1 FROM sync_changes WHERE table_name = ? AND row_key = ?')
  }

  /** Whether a central keeps a copy of the table. */
  hasCentral(table: string): boolean {
    return this.#unsent.upto(table) !== null
  }

  /** Reads again how far rollups, followers and upload are. Call in each transaction before rows are taken. */
  refresh(now: number): void {
    this.#followed.refresh(now)
    for (const table of this.#travelling) {
      this.#upto.set(table, this.#unsent.upto(table))
      this.#held.set(table, this.#unsent.held(table))
    }
    this.#inFlight.clear()
    const positions = ROLLUP_STEPS.map(({ key }) => rollupPosition(this.#db, key))
    this.#rolledUp = Math.min(...positions.map(({ upto }) => upto))
    this.#covered = positions.at(-1)?.covers ?? 0
  }

  /** How far rollups are, to be compared with what it was: rows that may not go may go once it is another. */
  rolledUp(): string {
    const positions = ROLLUP_STEPS.map(({ key }) => rollupPosition(this.#db, key))
    return positions.map(({ upto, covers }) => `${upto}/${covers}`).join(' ')
  }

  /** Tidies up behind the rows that were taken. Call in each transaction after them. */
  sweep(): void {
    this.#left.sweep()
  }

  /** The transaction was undone. */
  forget(): void {
    this.#left.forget()
  }

  /** Everything that the cut allows, as queues. */
  queues(cut: Cut): RowQueue[] {
    return [...this.#readings(cut), ...this.#rollups(cut), ...this.#events(cut), ...this.#ofFeatures(cut)]
  }

  #readings(cut: Cut): RowQueue[] {
    const page = this.#db
      .prepare(
        // What is not indexed yet came within the hour: it may go with the next look.
        `SELECT i.id, i.reading_time, CASE WHEN EXISTS (SELECT 1 FROM readings r WHERE r.id = i.id) THEN NULL ELSE '${GONE}' END ` +
          'FROM reading_index i WHERE i.series_id = ? AND (i.reading_time, i.id) > (?, ?) ORDER BY i.reading_time, i.id LIMIT ?',
      )
      .raw()
    const series = this.#db
      .prepare(
        'SELECT id, sensor_type, (SELECT min(reading_time) FROM reading_index WHERE series_id = s.id) FROM reading_series s',
      )
      .raw()
      .all() as [number, string, number | null][]
    return series.flatMap(([id, kind, first]) => {
      const ended = endOf(cut, `readings:${kind}`)
      let isAnyThere = false
      return this.#queue(cut, {
        table: 'readings',
        first,
        before: cut.before(`readings:${kind}`),
        ended: () => ended,
        page: ({ time, id: after }, limit) => {
          const entries = rows(page.all(id, time, after, limit))
          const there = entries.filter(({ mark }) => mark !== GONE)
          isAnyThere ||= there.length > 0
          const last = entries.length < limit ? undefined : entries.at(-1)
          if (!last && !isAnyThere) this.#left.allGone(id)
          // The next page goes on behind it.
          return last?.mark === GONE ? [...there, last] : there
        },
        removed: (row) => this.#left.removed(id, row),
        may: (row) =>
          row.id <= this.#rolledUp &&
          (this.#sent('readings', row.id) || (cut.represented === true && !this.#mayBeAtCentral('readings', row.id))),
      })
    })
  }

  #rollups(cut: Cut): RowQueue[] {
    return ROLLUP_STEPS.flatMap(({ step }) => {
      const before = cut.before(CLASS_OF_STEP.get(step) ?? '')
      if (before === null) return []
      const ended = endOf(cut, CLASS_OF_STEP.get(step) ?? '')
      // Written out: each step has an index of its own.
      const page = this.#db
        .prepare(
          `SELECT id, bucket, NULL FROM reading_rollups WHERE series_id = ? AND step = ${step} AND (bucket, id) > (?, ?) ` +
            'ORDER BY bucket, id LIMIT ?',
        )
        .raw()
      const oldest = this.#db
        .prepare(
          `SELECT id, (SELECT min(bucket) FROM reading_rollups WHERE series_id = s.id AND step = ${step}) FROM reading_series s`,
        )
        .raw()
      const covers = (id: number) =>
        cut.represented === true &&
        step === 300_000 &&
        id <= this.#covered &&
        !this.#mayBeAtCentral('reading_rollups', id)
      return (oldest.all() as [number, number | null][]).flatMap(([id, first]) =>
        this.#queue(cut, {
          table: 'reading_rollups',
          first,
          before,
          ended: () => ended,
          page: ({ time, id: after }, limit) => rows(page.all(id, time, after, limit)),
          may: (row) => this.#sent('reading_rollups', row.id) || covers(row.id),
        }),
      )
    })
  }

  /** One queue for each severity, because there is an index for that; the audit among them is judged row by row. */
  #events(cut: Cut): RowQueue[] {
    const page = this.#db
      .prepare(
        'SELECT id, created_at, category FROM events WHERE severity = ? AND (created_at, id) > (?, ?) ' +
          'ORDER BY created_at, id LIMIT ?',
      )
      .raw()
    const oldest = this.#db.prepare('SELECT min(created_at) FROM events WHERE severity = ?').pluck()
    return SEVERITIES.flatMap((severity) => {
      const before = (category: string) => cut.before(eventClass(severity, category))
      const ended = { ordinary: endOf(cut, eventClass(severity, '')), audit: endOf(cut, eventClass(severity, 'audit')) }
      return this.#queue(cut, {
        table: 'events',
        first: oldest.get(severity) as number | null,
        before: Math.max(before('') ?? 0, before('audit') ?? 0),
        ended: ({ mark }) => (mark === 'audit' ? ended.audit : ended.ordinary),
        page: ({ time, id }, limit) => rows(page.all(severity, time, id, limit)),
        may: (row) => row.time < (before(row.mark ?? '') ?? 0) && this.#sent('events', row.id),
      })
    })
  }

  #ofFeatures(cut: Cut): RowQueue[] {
    return this.#declared.flatMap((declared) => {
      const { name, table, since, inOrderOfIds = false } = declared
      const before = cut.before(name)
      if (before === null) return []
      const ended = endOf(cut, name)
      const rowsOf = declaredRows(declared)
      const order = inOrderOfIds ? 'id' : `${since}, id`
      const oldest = this.#db.prepare(
        `SELECT ${since} FROM ${rowsOf} AND ${since} IS NOT NULL ORDER BY ${order} LIMIT 1`,
      )
      const page = this.#db
        .prepare(
          `SELECT id, ${since}, NULL FROM ${rowsOf} AND (${order}) > (${inOrderOfIds ? ':id' : ':time, :id'}) ` +
            `ORDER BY ${order} LIMIT :limit`,
        )
        .raw()
      return this.#queue(cut, {
        table,
        first: (oldest.pluck().get() ?? null) as number | null,
        before,
        ended: () => ended,
        page: ({ time, id }, limit) => rows(page.all({ ...(inOrderOfIds ? {} : { time }), id, limit })),
        may: (row) => !this.#travelling.has(table) || this.#sent(table, row.id),
      })
    })
  }

  #queue(
    cut: Cut,
    of: {
      table: string
      first: number | null
      before: number | null
      ended: (row: OldRow) => number
      page: Page
      may: (row: OldRow) => boolean
      removed?: (row: OldRow) => void
    },
  ): RowQueue[] {
    const { table, first, before, ended, page, may, removed } = of
    if (first === null || before === null || first >= before) return []
    const remove = this.#delete.get(table)
    const travels = this.#travelling.has(table)
    return [
      {
        first,
        before,
        page,
        take: (row) => {
          if (row.mark === GONE) return false
          if (travels && this.#held.get(table)?.has(row.id) !== false) return false
          if (!cut.overtakes && this.#followed.waitsFor(table, row, ended(row))) return false
          if (!may(row) || remove?.run(row.id).changes !== 1) return false
          removed?.(row)
          this.#followed.removed(table, row.id)
          cut.removed?.(table, row, travels && this.#atCentral(table, row.id))
          return true
        },
      },
    ]
  }

  /** Whether nothing of the row is on its way any more: there is no central, or it has the row and its latest mark. */
  #sent(table: string, id: number): boolean {
    return this.#upto.get(table) === null || this.#atCentral(table, id)
  }

  /** Whether a reply about the row may have been lost. Asked only when rows go that central is not known to have. */
  #mayBeAtCentral(table: string, id: number): boolean {
    let ranges = this.#inFlight.get(table)
    if (!ranges) {
      ranges = this.#unsent.inFlight(table)
      this.#inFlight.set(table, ranges)
    }
    return ranges.some(({ first, last }) => id > first && id <= last)
  }

  #atCentral(table: string, id: number): boolean {
    const upto = this.#upto.get(table)
    if (upto === null || upto === undefined || id > upto) return false
    return this.#marked.get(table, String(id)) === undefined
  }
}

function rows(raw: unknown[]): OldRow[] {
  return (raw as [number, number, string | null][]).map(([id, time, mark]) => ({ id, time, mark }))
}

function endOf({ before, ended = before }: Cut, name: string): number {
  return ended(name) ?? Number.NEGATIVE_INFINITY
}
