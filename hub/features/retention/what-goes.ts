import type { Database } from '../../../shared/sqlite/open.ts'
import { timeWords } from '../../../shared/time-words.ts'
import type { RetentionDays } from '../../contract/retention-class.ts'
import { DAY_MS, declaredRows, eventClass, isConversation, type Retention, SEVERITIES } from './classes.ts'

/** Counting goes on up to here, as for `retention show`. */
const COUNTED = 1_000_000

/** What a setting would remove soon, in a sentence, or `null` when it removes nothing that would have stayed. */
export function whatGoes(
  db: Database,
  { retention, setting }: { retention: Retention; setting: { class: string; days: RetentionDays } },
  now: number,
): string | null {
  const before = retention.days(setting.class)
  if (setting.days === null || (before !== null && before <= setting.days)) return null
  const { sql, values } = olderRows(retention, setting.class)
  const cutoff = now - setting.days * DAY_MS
  const { rows, oldest } = db
    .prepare(`SELECT count(*) AS rows, min(at) AS oldest FROM (${sql} LIMIT ${COUNTED})`)
    .get(...values, cutoff) as { rows: number; oldest: number | null }
  if (rows === 0 || oldest === null) return null
  const count = rows === COUNTED ? 'at least 1,000,000' : rows.toLocaleString('en-US')
  const stays = setting.class.startsWith('readings') ? ' Their hourly rollups stay.' : ''
  return (
    `${count} rows of ${setting.class}, the oldest from ${timeWords(oldest, now)}, are older than ${setting.days} days ` +
    `and will be removed for good.${stays}${heldBy(setting.class)}`
  )
}

/** Rows that others stand on wait for those. */
function heldBy(name: string): string {
  if (name === 'turns') return ' A turn stays as long as one of its messages does.'
  return name === 'sessions' ? ' A session stays as long as one of its turns or messages does.' : ''
}

/** The times of the rows of a class before a moment, the last value of the statement. */
function olderRows(retention: Retention, name: string): { sql: string; values: string[] } {
  const kind = /^readings:(.+)$/.exec(name)?.[1]
  if (kind !== undefined || name === 'readings') {
    // Kinds that have a setting of their own do not follow the one for all.
    const own = retention.chosen.flatMap((other) => /^readings:(.+)$/.exec(other)?.[1] ?? [])
    const kinds = kind === undefined ? own : [kind]
    const marks = kinds.map(() => '?').join(', ')
    const where = `s.sensor_type ${kind === undefined ? 'NOT IN' : 'IN'} (${marks})`
    return {
      sql: `SELECT r.reading_time AS at FROM reading_series s JOIN series_readings r ON r.series_id = s.id WHERE ${where} AND r.reading_time < ?`,
      values: kinds,
    }
  }
  if (name === 'rollups_5m' || name === 'rollups_1h') {
    const step = name === 'rollups_5m' ? 300_000 : 3_600_000
    const from = `reading_series s JOIN reading_rollups r ON r.series_id = s.id AND r.step = ${step}`
    return { sql: `SELECT r.bucket AS at FROM ${from} WHERE r.bucket < ?`, values: [] }
  }
  // What still stands on a row holds it, but may go before it in the same hour.
  if (isConversation(name)) {
    const time = name === 'turns' ? 'started_at' : 'created_at'
    return { sql: `SELECT ${time} AS at FROM ${name} WHERE ${time} < ?`, values: [] }
  }
  const declared = retention.declared.get(name)
  if (declared) {
    const { since } = declared
    return { sql: `SELECT ${since} AS at FROM ${declaredRows(declared)} AND ${since} < ?`, values: [] }
  }
  if (name === 'events:audit')
    return { sql: "SELECT created_at AS at FROM events WHERE category = 'audit' AND created_at < ?", values: [] }
  const severities = SEVERITIES.filter((severity) => eventClass(severity, '') === name)
  const marks = severities.map(() => '?').join(', ')
  return {
    sql: `SELECT created_at AS at FROM events WHERE category <> 'audit' AND severity IN (${marks}) AND created_at < ?`,
    values: severities,
  }
}
