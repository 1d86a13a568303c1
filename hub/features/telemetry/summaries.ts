import type { Database } from '../../../shared/sqlite/open.ts'
import { ROLLUP_EVERY_MS, ROLLUP_STEPS, type RollupStep, rollupPosition } from '../../store/rollup-positions.ts'

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
  #read: (span: Span) => SummaryRow[]

  constructor(db: Database, step: RollupStep) {
    const { key } = ROLLUP_STEPS.find((one) => one.step === step) ?? ROLLUP_STEPS[0]
    const { upto, span } = rollupPosition(db, key)
    const since = (span - 1) * ROLLUP_EVERY_MS
    const read = db.prepare(
      'SELECT @series AS id, bucket AS time, min(min) AS min, sum(sum) / sum(count) AS mean, max(max) AS max, sum(count) AS count FROM (' +
        'SELECT bucket, min, max, sum, count FROM reading_rollups WHERE series_id = @series AND step = @step ' +
        'AND bucket > @from AND bucket <= @to UNION ALL ' +
        'SELECT reading_time - ((reading_time % @step) + @step) % @step, value, value, value, 1 FROM series_readings ' +
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
