import type { Context } from '../../engine/context.ts'
import type { Feature } from '../../engine/feature.ts'
import type { House } from '../../engine/house.ts'
import { tellOfReadings } from '../../store/planner-statistics.ts'
import { tellOfMending } from './mended.ts'

const KEY = 'optimized_at'
const DAY_MS = 86_400_000
/** Rows of an index that are looked at: a few milliseconds, however large the table is. https://sqlite.org/lang_analyze.html */
const ANALYSIS_LIMIT = 400
/** All tables (0x10000) that changed a lot since they were analysed (0x2): https://sqlite.org/pragma.html#pragma_optimize */
const OPTIMIZE = 'optimize = 0x10002'

/**
 * `PRAGMA optimize` once a day, in a second in which nothing came, or after another day all the same: the planner of SQLite
 * chooses indexes by what it was told of the tables, and they are empty when they are made.
 */
export function openUpkeep({ db }: House): Feature {
  let optimizedAt: number | null = null
  /** Transactions since the last tick, and the one that was counted last: it may be flushed several times. */
  let batches = 0
  let counted: Context | null = null

  function count(context: Context): void {
    if (context !== counted) batches += 1
    counted = context
  }

  function due({ now }: Context): boolean {
    optimizedAt ??= Number(db.prepare('SELECT value FROM hub_settings WHERE key = ?').pluck().get(KEY) ?? 0)
    const age = Math.abs(now - optimizedAt)
    // This tick's own transaction is one.
    return age >= 2 * DAY_MS || (age >= DAY_MS && batches <= 1)
  }

  function optimize({ now }: Context): void {
    db.pragma(`analysis_limit = ${ANALYSIS_LIMIT}`)
    tellOfReadings(db)
    db.pragma(OPTIMIZE)
    tellOfReadings(db)
    db.prepare(
      'INSERT INTO hub_settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    ).run(KEY, String(now))
    optimizedAt = now
  }

  return {
    name: 'upkeep',
    start: tellOfMending,
    flush: count,
    tick(context) {
      count(context)
      if (due(context)) optimize(context)
      batches = 0
    },
    forget() {
      optimizedAt = null
    },
  }
}
