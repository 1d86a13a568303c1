-- Written by hand. In place: a reading alone in its commit writes one page.
--
-- The table of readings keeps its rows where they are. What SQLite keeps of AUTOINCREMENT and of a foreign key stands in the text
-- of the table and nowhere else, so the text is all that is changed.
CREATE TABLE `given_keys` (
	`table_name` text PRIMARY KEY NOT NULL,
	`newest` integer NOT NULL
) STRICT;
CREATE TABLE `reading_index` (
	`series_id` integer NOT NULL,
	`reading_time` integer NOT NULL,
	`id` integer NOT NULL,
	PRIMARY KEY(`series_id`, `reading_time`, `id`)
) STRICT, WITHOUT ROWID;
-- Keys go on from where they were, also where the last rows are gone.
INSERT INTO given_keys (table_name, newest) SELECT name, seq FROM sqlite_sequence WHERE name = 'readings';
DELETE FROM sqlite_sequence WHERE name = 'readings';
-- No row that is there says anything of its message.
UPDATE hub_settings SET value = json_set(value, '$.upto', (SELECT coalesce(max(id), 0) FROM readings)) WHERE key = 'ledger';
INSERT INTO hub_settings (key, value) SELECT 'lanes_settled', CAST(coalesce(max(id), 0) AS TEXT) FROM readings;
-- Its room is what the new index is filled into, a step at a time, by the hub that runs.
DROP INDEX `ix_readings_series_time`;
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = 'CREATE TABLE `readings` (
	`id` integer PRIMARY KEY NOT NULL,
	`series_id` integer NOT NULL,
	`reading_time` integer NOT NULL,
	`received_at` integer NOT NULL,
	`value` real NOT NULL,
	`quality` real,
	`metadata` text,
	`mark` integer,
	CONSTRAINT "readings_quality" CHECK(quality IS NULL OR (quality >= 0 AND quality <= 1))
) STRICT' WHERE type = 'table' AND name = 'readings';
PRAGMA writable_schema = RESET;
-- Readings by series and time, wherever they are found.
CREATE VIEW series_readings AS
SELECT i.series_id, i.reading_time, i.id, found.value, found.quality, found.metadata, found.received_at
FROM reading_index i CROSS JOIN readings found ON found.id = i.id
UNION ALL
SELECT series_id, reading_time, id, value, quality, metadata, received_at
FROM readings
WHERE id > coalesce((SELECT CAST(value AS INTEGER) FROM hub_settings WHERE key = 'readings_indexed'), 0);
DROP VIEW sensor_readings;
CREATE VIEW sensor_readings AS
SELECT
  found.id,
  s.device_id,
  s.sensor,
  s.sensor_type,
  s.entity_id,
  found.value,
  s.unit,
  coalesce(found.quality, 1.0) AS quality,
  found.reading_time,
  coalesce(found.metadata, '{}') AS metadata,
  found.received_at AS created_at,
  found.received_at AS updated_at
FROM reading_series s
JOIN series_readings found ON found.series_id = s.id;
-- The lanes of devices get keys, by which rows name them.
CREATE TABLE `device_streams_with_keys` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`device_id` text NOT NULL,
	`epoch` text NOT NULL,
	`lane` text NOT NULL,
	`last_seq` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`device_id`) REFERENCES `devices`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
INSERT INTO device_streams_with_keys (device_id, epoch, lane, last_seq, updated_at)
SELECT device_id, epoch, lane, last_seq, updated_at FROM device_streams ORDER BY updated_at, rowid;
DROP TABLE device_streams;
ALTER TABLE device_streams_with_keys RENAME TO device_streams;
CREATE UNIQUE INDEX `ux_device_streams` ON `device_streams` (`device_id`,`epoch`,`lane`);
