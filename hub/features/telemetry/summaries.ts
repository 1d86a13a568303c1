import type { Database } from '../../../shared/sqlite/open.ts'
import { ROLLUP_EVERY_MS, ROLLUP_STEPS, type RollupStep, rollupPosition } from '../../store/rollup-positions.ts'

/** Steps that are shown, in milliseconds, each with the rollups it is summed up from. */
const SHOWN_STEPS = {
  '5m': { step: 300_000, from: 300_000 },
  '1h': { step: 3_600_000, from: 3_600_000 },
  '6h': { step: 21_600_000, from: 3_600_000 },
} as const satisfies Record<string, { step: number; from: RollupStep }>
export type ShownStep = keyof typeof SHOWN_STEPS

/** What a series was in one span of a step. */
export interface SummaryRow {
  /** Key of the series. */
  id: number
  /** Where the span begins. */
  time: number
  min: number
  mean: number
  max: number
  count: number
}

/** Which spans are asked for: those that begin after `from` and not after `to`, behind the place of the last one that was given. */
interface Span {
  series: number
  from: number
  to: number
  after: { time: number; id: number }
  limit: number
}

/**
 * Sums of series by spans of a step, oldest first: the rollups, and what is not rolled up yet, summed up here. Of that only what
 * was measured since the hour before the one that was rolled up last is looked at: older readings that came late are in the
 * answer after the next hour.
 */
export class Summaries {
  /** Milliseconds. */
  readonly step: number
  #read: (span: Span) => SummaryRow[]

  constructor(db: Database, shown: ShownStep) {
    const { step, from } = SHOWN_STEPS[shown]
    this.step = step
    const { key } = ROLLUP_STEPS.find((one) => one.step === from) ?? ROLLUP_STEPS[0]
    const { upto, span } = rollupPosition(db, key)
    const since = (span - 1) * ROLLUP_EVERY_MS
    // Written out: an index that is there for one step only is not used for a step that comes later.
    const read = db.prepare(
      'SELECT @series AS id, bucket AS time, min(min) AS min, sum(sum) / sum(count) AS mean, max(max) AS max, sum(count) AS count FROM (' +
        `SELECT ${bucketOf('bucket')} AS bucket, min, max, sum, count FROM reading_rollups WHERE series_id = @series AND step = ${from} ` +
        'AND bucket > @from AND bucket < @to + @step UNION ALL ' +
        `SELECT ${bucketOf('reading_time')}, value, value, value, 1 FROM series_readings ` +
        'WHERE series_id = @series AND reading_time >= max(@since, @from) AND reading_time < @to + @step AND id > @upto ' +
        'AND (quality IS NULL OR quality > 0)) ' +
        'WHERE bucket > @from AND bucket <= @to AND (bucket, @series) > (@time, @id) GROUP BY bucket ORDER BY bucket LIMIT @limit',
    )
    this.#read = ({ after, ...asked }) => read.all({ ...asked, ...after, step, since, upto }) as SummaryRow[]
  }

  of(span: Span): SummaryRow[] {
    return this.#read(span)
  }
}

/** Where the span of a step begins that a time is in, also before 1970. */
function bucketOf(time: string): string {
  return `${time} - ((${time} % @step) + @step) % @step`
}
