import type { Database, Statement } from '../../../shared/sqlite/open.ts'
import type { RetentionClass } from '../../contract/retention-class.ts'
import type { Context } from '../../engine/context.ts'
import type { ReadingIndex } from '../telemetry/index-filler.ts'
import { DAY_MS, Retention } from './classes.ts'
import type { DiskGauge } from './disk-space.ts'
import { WATERMARKS } from './disk-space.ts'
import type { Followed } from './held-back.ts'
import { OldestFirst } from './oldest-first.ts'
import type { Cut, Removable } from './removable.ts'

const HOUR_MS = 3_600_000
/** After everything was tried and it was not enough. It ends before when rollups stand for more than they did. */
const REST_MS = 600_000
const STRETCH = { removals: 5_000, looks: 20_000 }
/** Each may write a page of the index; half of what is kept for a full disk is left for the rows that go. */
const INDEXED_AT_ONCE = 1_000
const KEY = 'thinned'

/** What was removed and not said yet, kept with the rows' transaction so that a crash cannot hide it. */
interface Tally {
  /** When the first of it went; 0 when there is nothing. */
  since: number
  /** When it was last said. */
  saidAt: number
  /** Time span of the rows that went. */
  oldest: number
  newest: number
  removed: Record<string, number>
  /** How many of them central has; the others live on in their rollups, or were nearer to their end. */
  atCentral: number
}

export interface ThinningParts {
  removable: Removable
  gauge: DiskGauge
  followed: Followed
  declared: readonly RetentionClass[]
  index: Pick<ReadingIndex, 'catchUp' | 'isBehind'>
}

/**
 * Makes room on a disk that fills up, gently first: each step goes through everything it may remove, oldest first,
 * before the next one begins.
 *
 * What somebody chose to keep for ever stays, except raw readings and five-minute rollups, for which coarser rollups
 * stand. Events that central does not have stay, and so does everything in quarantine.
 */
export class Thinning {
  #db: Database
  #removable: Removable
  #gauge: DiskGauge
  #followed: Followed
  #declared: readonly RetentionClass[]
  #index: ThinningParts['index']
  /** The last transaction was undone. */
  #undone = false
  #active = false
  #step = 0
  #walk: OldestFirst | null = null
  #restsUntil: number | null = null
  /** How far rollups were when everything was looked at last. */
  #rolledUp = ''
  #tally: Tally | null = null
  #write: Statement

  constructor(db: Database, { removable, gauge, followed, declared, index }: ThinningParts) {
    this.#db = db
    this.#followed = followed
    this.#declared = declared
    this.#index = index
    this.#removable = removable
    this.#gauge = gauge
    this.#write = db.prepare(
      'INSERT INTO hub_settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    )
  }

  /** Whether room is being made. */
  get active(): boolean {
    return this.#active
  }

  tick(context: Context): void {
    const used = this.#gauge.read(context.now)?.usedShare ?? 0
    if (!this.#active && used >= WATERMARKS.thin.at) this.#begin()
    if (this.#active && used < WATERMARKS.thin.until) this.#end()
    if (this.#active && this.#rested(context.now)) this.#work(context)
    this.#say(context)
  }

  /** The transaction was undone, or settings changed: what was counted in it is read again. */
  forget(): void {
    this.#walk = null
    this.#tally = null
    this.#undone = true
  }

  #begin(): void {
    this.#active = true
    this.#step = 0
    this.#walk = null
    this.#restsUntil = null
  }

  #end(): void {
    this.#active = false
    this.#walk = null
  }

  #work(context: Context): void {
    const steps = this.#steps(context.now)
    if (this.#step === 0 && this.#walk === null) this.#rolledUp = this.#removable.rolledUp()
    // Where there was no room to index more, there may be some to remove what is indexed.
    if (!this.#walk && !this.#undone) this.#index.catchUp(context, INDEXED_AT_ONCE)
    this.#undone = false
    this.#walk ??= new OldestFirst(this.#removable.queues(steps[this.#step] ?? NOTHING))
    this.#removable.refresh(context.now)
    const { removed, done } = this.#walk.stretch(STRETCH)
    this.#removable.sweep()
    this.#followed.settle(context)
    if (removed > 0) this.#write.run(KEY, JSON.stringify(this.#read()))
    if (!done) return
    this.#walk = null
    this.#step += 1
    if (this.#step < steps.length) return
    this.#step = 0
    // What is not indexed was not looked at.
    if (!this.#index.isBehind) this.#restsUntil = context.now + REST_MS
  }

  /** In this order. */
  #steps(now: number): Cut[] {
    const retention = new Retention(this.#db, this.#declared)
    const central = {
      readings: this.#removable.hasCentral('readings'),
      rollups: this.#removable.hasCentral('reading_rollups'),
      events: this.#removable.hasCentral('events'),
    }
    const removed = this.#count(now)
    // What features keep beside that is bounded by them, and too little to make room.
    const stays = (name: string) => retention.declared.has(name) || retention.days(name) === null
    const halfway: Cut = {
      before(name) {
        const days = stays(name) ? null : retention.days(name)
        return days === null ? null : now - (days * DAY_MS) / 2
      },
      ended(name) {
        const days = retention.days(name)
        return days === null ? null : now - days * DAY_MS
      },
      removed,
    }
    return [
      // What is beyond half of its time and not waited for, and then what only followers wait for: one of them that is away
      // must not fill the card.
      halfway,
      ...(this.#followed.waits ? [{ ...halfway, overtakes: true }] : []),
      {
        // What is older than a day and at central. Raw readings live on in their rollups where there is no central.
        before(name) {
          if (name.startsWith('readings')) return now - DAY_MS
          if (name === 'rollups_5m') return central.rollups ? now - DAY_MS : null
          if (stays(name)) return null
          const kept = name === 'rollups_1h' ? central.rollups : central.events
          return kept ? now - DAY_MS : null
        },
        overtakes: true,
        removed,
      },
      {
        // Raw readings that central does not have: it will get their rollups instead.
        before: (name) => (name.startsWith('readings') ? now - DAY_MS : null),
        represented: true,
        overtakes: true,
        removed,
      },
      {
        // Five-minute rollups for which hourly ones stand.
        before: (name) => (name === 'rollups_5m' ? now - 7 * DAY_MS : null),
        represented: true,
        overtakes: true,
        removed,
      },
    ]
  }

  #count(now: number): NonNullable<Cut['removed']> {
    return (table, row, atCentral) => {
      const tally = this.#read()
      if (tally.since === 0) {
        tally.since = now
        tally.oldest = row.time
        tally.newest = row.time
      }
      tally.oldest = Math.min(tally.oldest, row.time)
      tally.newest = Math.max(tally.newest, row.time)
      tally.removed[table] = (tally.removed[table] ?? 0) + 1
      if (atCentral) tally.atCentral += 1
    }
  }

  #rested(now: number): boolean {
    const until = this.#restsUntil
    if (until === null) return true
    return now >= until || until - now > REST_MS || this.#removable.rolledUp() !== this.#rolledUp
  }

  /** One event for each hour of it: when an hour has gone by, or earlier when the work has come to a stop. */
  #say(context: Context): void {
    const { now } = context
    const tally = this.#read()
    if (tally.since === 0) return
    const stopped = !this.#active || !this.#rested(now)
    if (Math.abs(now - tally.saidAt) < HOUR_MS || !(stopped || Math.abs(now - tally.since) >= HOUR_MS)) return
    const { since, oldest, newest, removed, atCentral } = tally
    context.addEvent({
      type: 'thinned',
      data: { since, oldest, newest, removed, at_central: atCentral },
    })
    this.#tally = { ...empty(), saidAt: now }
    this.#write.run(KEY, JSON.stringify(this.#tally))
  }

  #read(): Tally {
    if (!this.#tally) {
      const stored = this.#db.prepare('SELECT value FROM hub_settings WHERE key = ?').pluck().get(KEY)
      this.#tally = { ...empty(), ...(typeof stored === 'string' ? (JSON.parse(stored) as Partial<Tally>) : {}) }
    }
    return this.#tally
  }
}

const NOTHING: Cut = { before: () => null }

function empty(): Tally {
  return { since: 0, saidAt: 0, oldest: 0, newest: 0, removed: {}, atCentral: 0 }
}
