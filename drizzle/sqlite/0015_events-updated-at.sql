-- Written by hand. When an event was last marked: the audit's rows may not be updated, and SQLite adds no column without a
-- default to rows that are there, so the table is built anew. Nothing refers to it.
DROP VIEW events_compat;
CREATE TABLE `events_with_stamps` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`house_id` text,
	`device_id` text,
	`entity_id` text,
	`user_id` text,
	`session_id` text,
	`event_type` text NOT NULL,
	`category` text NOT NULL,
	`severity` text DEFAULT 'info' NOT NULL,
	`title` text NOT NULL,
	`description` text NOT NULL,
	`source` text NOT NULL,
	`event_data` text DEFAULT '{}' NOT NULL,
	`old_state` text,
	`new_state` text,
	`state_attributes` text DEFAULT '{}' NOT NULL,
	`context` text DEFAULT '{}' NOT NULL,
	`processed` integer DEFAULT false NOT NULL,
	`processed_at` integer,
	`processing_error` text,
	`acknowledged_by` text,
	`timestamp` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) STRICT;
-- Keys go on from where they were, also where the last rows are gone.
INSERT INTO sqlite_sequence (name, seq) SELECT 'events_with_stamps', seq FROM sqlite_sequence WHERE name = 'events';
INSERT INTO events_with_stamps (
  id, house_id, device_id, entity_id, user_id, session_id, event_type, category, severity, title, description, source,
  event_data, old_state, new_state, state_attributes, context, processed, processed_at, processing_error,
  acknowledged_by, timestamp, created_at, updated_at
)
SELECT
  id, house_id, device_id, entity_id, user_id, session_id, event_type, category, severity, title, description, source,
  event_data, old_state, new_state, state_attributes, context, processed, processed_at, processing_error,
  acknowledged_by, timestamp, created_at, created_at
FROM events;
DROP TABLE events;
ALTER TABLE events_with_stamps RENAME TO events;
CREATE INDEX `ix_events_type_category` ON `events` (`event_type`,`category`);
CREATE INDEX `idx_event_type_time` ON `events` (`event_type`,`created_at`);
CREATE INDEX `idx_event_device_time` ON `events` (`device_id`,`created_at`);
CREATE INDEX `ix_events_severity_created` ON `events` (`severity`,`created_at`);
CREATE INDEX `ix_events_created_at` ON `events` (`created_at`);
CREATE INDEX `ix_events_processed` ON `events` (`processed`);
CREATE INDEX `ix_events_house_time` ON `events` (`house_id`,`created_at`);

-- An event without a house is the hub's own. Who knows events by their house finds it with the first one.
CREATE VIEW events_compat AS
SELECT
  id, coalesce(house_id, (SELECT h.id FROM houses h ORDER BY h.created_at, h.id LIMIT 1)) AS house_id, device_id,
  entity_id, user_id, session_id, event_type, category, severity, title, description, source, event_data, old_state,
  new_state, state_attributes, context, processed, processed_at, processing_error, acknowledged_by, timestamp,
  created_at, updated_at, event_data AS payload, 0 AS partition_key
FROM events;
