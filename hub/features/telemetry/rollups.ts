import type { Database, Statement } from '../../../shared/sqlite/open.ts'
import type { Context } from '../../engine/context.ts'
import {
  ROLLUP_EVERY_MS,
  ROLLUP_STEPS,
  type RollupKey,
  type RollupPosition,
  type RollupStep,
  rollupPosition,
  writeRollupPosition,
} from '../../store/rollup-positions.ts'

/** Readings looked at in one transaction, of both steps together. */
const READINGS_AT_ONCE = 20_000
/** Sums kept in memory before they are written: a long backlog touches many buckets. */
const SUMS_IN_MEMORY = 10_000

interface Sums {
  series_id: number
  bucket: number
  min: number
  max: number
  sum: number | null
  count: number
}

/**
 * Rolls readings up as soon as an hour has ended: those received in it, by their key, each exactly once.
 * Live data makes one row for each series and span of the step that way; what comes late adds another.
 *
 * Rows and position are written in one transaction. Sums that are not written yet are in memory only; after a restart
 * or a rollback the work goes on at the position.
 */
export class Rollups {
  #steps: StepRollup[]

  constructor(db: Database) {
    this.#steps = ROLLUP_STEPS.map((of, index) => new StepRollup(db, of, ROLLUP_STEPS[index - 1]?.key ?? null))
  }

  tick(context: Context): void {
    let room = READINGS_AT_ONCE
    for (const step of this.#steps) room -= step.tick(context, room)
  }

  /**
   * Takes readings in that came back to their places: in the rollups are those whose key a step was past when they were lost, and
   * those that it will still come to. The others make rows of their own, as late readings do. `lostAt`: how far each step was then.
   */
  addLate(context: Context, keys: readonly number[], lostAt: Readonly<Record<RollupKey, number | null>>): void {
    for (const step of this.#steps) step.addLate(context, keys, lostAt)
  }

  forget(): void {
    for (const step of this.#steps) step.forget()
  }
}

/** A run under way: how far it is, up to which reading it goes, and what the position says when it is done. */
interface Run {
  at: number
  target: number
  done: RollupPosition
}

class StepRollup {
  #db: Database
  #step: RollupStep
  #key: RollupKey
  #finer: RollupKey | null
  #position: RollupPosition | null = null
  #run: Run | null = null
  #sums = new Map<string, Sums>()
  #newest: Statement
  #nth: Statement
  #aggregate: Statement
  #insert: Statement
  #newestRow: Statement
  #ofKeys: Statement

  constructor(db: Database, { step, key }: (typeof ROLLUP_STEPS)[number], finer: RollupKey | null) {
    this.#db = db
    this.#step = step
    this.#key = key
    this.#finer = finer
    this.#newest = db
      .prepare('SELECT id FROM readings WHERE id > ? AND received_at < ? ORDER BY id DESC LIMIT 1')
      .pluck()
    this.#nth = db.prepare('SELECT id FROM readings WHERE id > ? AND id <= ? ORDER BY id LIMIT 1 OFFSET ?').pluck()
    const sums = (which: string) =>
      `SELECT series_id, reading_time - ((reading_time % ${step}) + ${step}) % ${step} AS bucket, ` +
      'min(value) AS min, max(value) AS max, sum(value) AS sum, count(*) AS count FROM readings ' +
      `WHERE ${which} AND (quality IS NULL OR quality > 0) GROUP BY 1, 2`
    this.#aggregate = db.prepare(sums('id > ? AND id <= ?'))
    this.#ofKeys = db.prepare(sums('id IN (SELECT value FROM json_each(?))'))
    // The series may have gone with its device while its sums were in memory.
    this.#insert = db.prepare(
      'INSERT INTO reading_rollups (series_id, step, bucket, min, max, sum, count, created_at) ' +
        'SELECT id, ?, ?, ?, ?, ?, ?, ? FROM reading_series WHERE id = ?',
    )
    this.#newestRow = db.prepare('SELECT coalesce(max(id), 0) FROM reading_rollups').pluck()
  }

  /** Does at most `room` readings of work. Returns how much of the room it took. */
  tick(context: Context, room: number): number {
    if (room <= 0) return 0
    this.#position ??= rollupPosition(this.#db, this.#key)
    this.#run ??= this.#begin(this.#position, context.now)
    const run = this.#run
    if (!run) return 0
    const last = (this.#nth.get(run.at, run.target, room - 1) as number | undefined) ?? run.target
    const used = Math.min(room, last - run.at)
    for (const sums of this.#aggregate.all(run.at, last) as Sums[]) this.#add(sums)
    run.at = last
    const done = run.at >= run.target
    if (done || this.#sums.size >= SUMS_IN_MEMORY) {
      this.#flush(context, done ? run.done : { ...this.#position, upto: run.at })
      if (done) this.#run = null
    }
    return used
  }

  addLate(context: Context, keys: readonly number[], lostAt: Readonly<Record<RollupKey, number | null>>): void {
    const { upto } = rollupPosition(this.#db, this.#key)
    // A run that was past some of them begins again where the last one ended.
    if (keys.some((key) => key > upto)) this.forget()
    const before = lostAt[this.#key] ?? upto
    const missed = keys.filter((key) => key > before && key <= upto)
    if (missed.length === 0) return
    for (const sums of this.#ofKeys.all(JSON.stringify(missed)) as Sums[]) this.#write(context, sums)
  }

  forget(): void {
    this.#position = null
    this.#run = null
    this.#sums.clear()
  }

  /** A clock that was set, in whichever direction, is in another hour too. */
  #begin(position: RollupPosition, now: number): Run | null {
    const span = Math.floor(now / ROLLUP_EVERY_MS)
    if (span === position.span) return null
    const target = (this.#newest.get(position.upto, span * ROLLUP_EVERY_MS) as number | undefined) ?? position.upto
    const finer = this.#finer === null ? null : rollupPosition(this.#db, this.#finer)
    // What the finer step has made until now comes from readings that this run will be past at its end.
    const covers = finer && finer.upto <= target ? Number(this.#newestRow.get()) : position.covers
    return { at: position.upto, target, done: { upto: target, span, covers } }
  }

  #add(sums: Sums): void {
    const key = `${sums.series_id} ${sums.bucket}`
    const known = this.#sums.get(key)
    if (!known) {
      this.#sums.set(key, sums)
      return
    }
    known.min = Math.min(known.min, sums.min)
    known.max = Math.max(known.max, sums.max)
    known.sum = finite(known.sum) + finite(sums.sum)
    known.count += sums.count
  }

  #flush(context: Context, position: RollupPosition): void {
    for (const sums of this.#sums.values()) this.#write(context, sums)
    this.#sums.clear()
    writeRollupPosition(this.#db, this.#key, position)
    this.#position = position
  }

  #write({ now }: Context, { series_id, bucket, min, max, sum, count }: Sums): void {
    this.#insert.run(this.#step, bucket, min, max, finite(sum), count, now, series_id)
  }
}

/** A sum of the largest numbers there are leaves their range; SQLite makes it infinite, or NULL where both signs met. */
function finite(sum: number | null): number {
  return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, sum ?? 0))
}
