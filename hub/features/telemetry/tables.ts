import { appendId, integer, json, real, text, time } from '../../store/columns.ts'
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
 * One number at one time. Absent quality means 1, absent metadata means none: a row of the common kind takes about
 * 50 bytes with its index. The view `sensor_readings` shows rows in full.
 */
export const readings = syncedTable(
  'readings',
  'append',
  {
    id: appendId(),
    series_id: integer()
      .notNull()
      .references(() => readingSeries.id, { onDelete: 'cascade' }),
    reading_time: time().notNull(),
    received_at: time().notNull(),
    value: real().notNull(),
    quality: real(),
    metadata: json<Record<string, unknown>>(),
  },
  {
    partition: 'reading_time',
    extras: (t) => [
      core.index('ix_readings_series_time').on(t.series_id, t.reading_time),
      core.check('readings_quality', sql`quality IS NULL OR (quality >= 0 AND quality <= 1)`),
    ],
  },
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
  { extras: (t) => [core.index('ix_reading_rollups_bucket').on(t.series_id, t.step, t.bucket)] },
)
