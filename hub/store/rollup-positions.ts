import type { Database } from '../../shared/sqlite/open.ts'
import { newestKey } from './append-keys.ts'
import type { LostRange } from './salvage-progress.ts'

/** The steps there are, in milliseconds, with the key of each one's position. */
export const ROLLUP_STEPS = [
  { step: 300_000, key: 'rollup_5m' },
  { step: 3_600_000, key: 'rollup_1h' },
] as const
/**
 * How often rows are written, in milliseconds, of every step. Each series ends in a leaf of its own of their index: rows of an hour
 * that are written together cost one page where twelve of five minutes each would cost twelve. Who asks meanwhile sums up the
 * readings themselves, `summaries.ts`.
 */
export const ROLLUP_EVERY_MS = 3_600_000
export type RollupStep = (typeof ROLLUP_STEPS)[number]['step']
export type RollupKey = (typeof ROLLUP_STEPS)[number]['key']

/** How far one step is, as `hub_settings` keeps it. */
export interface RollupPosition {
  /** Readings up to this key are in the rollups. */
  upto: number
  /** The hour that was last rolled up to, `floor(now / ROLLUP_EVERY_MS)`, so that a restart does not begin within one. */
  span: number
  /** Rollup rows of finer steps up to this key come from readings that are in this step too. */
  covers: number
}

/** Reads a step's position; where there is none, nothing is rolled up. */
export function rollupPosition(db: Database, key: RollupKey): RollupPosition {
  return { upto: 0, span: 0, covers: 0, ...stored(db, key) }
}

export function writeRollupPosition(db: Database, key: RollupKey, position: RollupPosition): void {
  db.prepare(
    'INSERT INTO hub_settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  ).run(key, JSON.stringify(position))
}

/**
 * Finds positions that a database lost by its rows: what had come before the hour in which the newest rollups were written is in them.
 * Where those may be lost as well, what had come before the last hour that anything is known of. A reading that may be in the rollups
 * counts as one that is. Call when `lost` has everything that was lost, and the keys of readings go on behind it.
 */
export function findRollupPositions(db: Database, lost: readonly LostRange[]): void {
  const missing = ROLLUP_STEPS.filter(({ key }) => stored(db, key) === null)
  if (missing.length === 0) return
  const newest = number(db, 'SELECT max(id) FROM reading_rollups') ?? 0
  const isEndLost = lost.some(
    ({ table, before }) => table === 'reading_rollups' && (before ?? Number.POSITIVE_INFINITY) > newest,
  )
  for (const { step, key } of missing) {
    const at = isEndLost
      ? number(db, 'SELECT received_at FROM readings ORDER BY id DESC LIMIT 1')
      : number(db, `SELECT created_at FROM reading_rollups WHERE step = ${step} ORDER BY id DESC LIMIT 1`)
    if (at === null) continue
    const span = Math.floor(at / ROLLUP_EVERY_MS)
    writeRollupPosition(db, key, { upto: keyBefore(db, span * ROLLUP_EVERY_MS), span, covers: 0 })
  }
}

/** The last key before that of a reading which came at a time or later, also where nobody has its row. */
function keyBefore(db: Database, time: number): number {
  const before = number(db, `SELECT id FROM readings WHERE received_at < ${time} ORDER BY id DESC LIMIT 1`) ?? 0
  const next = number(db, `SELECT id FROM readings WHERE id > ${before} ORDER BY id LIMIT 1`)
  return next === null ? newestKey(db, 'readings') : next - 1
}

function stored(db: Database, key: RollupKey): Partial<RollupPosition> | null {
  const value = db.prepare('SELECT value FROM hub_settings WHERE key = ?').pluck().get(key)
  return typeof value === 'string' ? (JSON.parse(value) as Partial<RollupPosition>) : null
}

function number(db: Database, sql: string): number | null {
  return (db.prepare(sql).pluck().get() as number | null | undefined) ?? null
}
