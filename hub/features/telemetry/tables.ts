import { appendId, givenId, integer, json, real, text, textId, time, volatile } from '../../store/columns.ts'
import { core, sql } from '../../store/drizzle.ts'
import { syncedTable } from '../../store/synced-table.ts'
import { deviceEntities, devices } from '../devices/tables.ts'

/** What stands once for all readings of one sensor in one kind and unit. */
export const readingSeries = syncedTable(
  'reading_series',
  'append',
  {
    id: appendId(),
    device_id: text()
      .notNull()
      .references(() => devices.id, { onDelete: 'cascade' }),
    sensor: text().notNull(),
    sensor_type: text().notNull(),
    unit: text().notNull().default(''),
    entity_id: text().references(() => deviceEntities.id, { onDelete: 'set null' }),
    created_at: time().notNull(),
  },
  {
    extras: (t) => [
      core.uniqueIndex('ux_reading_series').on(t.device_id, t.sensor, t.sensor_type, t.unit),
      core.index('ix_reading_series_type').on(t.sensor_type),
      core.index('ix_reading_series_entity').on(t.entity_id),
    ],
  },
)

/**
 * One number at one time. Absent quality means 1, absent metadata means none: a row of the common kind takes about 40 bytes, and
 * 15 in `reading_index`. The view `sensor_readings` shows rows in full.
 *
 * A message alone in its commit writes the last page of this table and nothing else. So it has no index, no foreign key and no
 * AUTOINCREMENT: readings of a series are found through `reading_index`, go with their series by a trigger, and get their keys
 * from `given_keys`. The last row of a message carries how far its sender is (`mark`), until that is written elsewhere.
 */
export const readings = syncedTable(
  'readings',
  'append',
  {
    id: givenId(),
    series_id: integer().notNull(),
    reading_time: time().notNull(),
    received_at: time().notNull(),
    value: real().notNull(),
    quality: real(),
    metadata: json<Record<string, unknown>>(),
    /** On the last row of a message: which one it was, see `engine/message-mark.ts`. */
    mark: volatile(integer()),
  },
  {
    partition: 'reading_time',
    named: { series_id: { table: 'reading_series', owned: true, through: 'reading_index' } },
    centralIndexes: { ix_readings_series_time: ['series_id', 'reading_time'] },
    extras: () => [core.check('readings_quality', sql`quality IS NULL OR (quality >= 0 AND quality <= 1)`)],
  },
)

/**
 * Readings by series and time, up to the one that `readings_indexed` in `hub_settings` names; what came after is looked through
 * where it lies. An entry may outlive its reading: whoever reads joins the row. The view `series_readings` does both.
 */
export const readingIndex = syncedTable(
  'reading_index',
  'local',
  { series_id: integer().notNull(), reading_time: time().notNull(), id: integer().notNull() },
  { extras: (t) => [core.primaryKey({ columns: [t.series_id, t.reading_time, t.id] })] },
)

/**
 * The greatest key that a table without AUTOINCREMENT has lost, so that no key is given twice: a trigger sees to it. The greatest
 * that was ever given is this one or that of the newest row.
 */
export const givenKeys = syncedTable(
  'given_keys',
  'local',
  { table_name: textId(), newest: integer().notNull() },
  { key: 'table_name' },
)

/**
 * What many readings of one series come to in one span of time. A row is a partial sum: late readings add another row
 * of the same bucket, and whoever reads them merges (the view `reading_rollup_buckets`), so rows are never changed
 * and every one travels once. Readings of quality 0 are not in them.
 */
export const readingRollups = syncedTable(
  'reading_rollups',
  'append',
  {
    id: appendId(),
    series_id: integer()
      .notNull()
      .references(() => readingSeries.id, { onDelete: 'cascade' }),
    /** Length of the span in milliseconds: 300,000 or 3,600,000. */
    step: integer().notNull(),
    /** Where the span begins: a multiple of `step`. */
    bucket: time().notNull(),
    min: real().notNull(),
    max: real().notNull(),
    sum: real().notNull(),
    count: integer().notNull(),
    created_at: time().notNull(),
  },
  {
    extras: (t) => [
      core.index('ix_reading_rollups_5m').on(t.series_id, t.bucket).where(sql`step = 300000`),
      // With all that a chart shows: rows of one series lie an hour apart from each other, each on a page of its own, and a year of
      // them would be 8,760 pages to read.
      core
        .index('ix_reading_rollups_1h')
        .on(t.series_id, t.bucket, t.min, t.max, t.sum, t.count)
        .where(sql`step = 3600000`),
    ],
  },
)
