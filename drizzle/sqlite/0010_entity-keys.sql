DROP INDEX `ux_device_entities_entity_id`;--> statement-breakpoint
DROP INDEX `ux_device_entities_unique_id`;--> statement-breakpoint
DROP INDEX `ix_device_entities_device_id`;--> statement-breakpoint
ALTER TABLE `device_entities` ADD `source` text DEFAULT 'lares' NOT NULL;--> statement-breakpoint
ALTER TABLE `device_entities` ADD `key` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `device_entities` ADD `sensor_type` text;--> statement-breakpoint
ALTER TABLE `device_entities` ADD `latest` text;--> statement-breakpoint
-- The key stood in unique_id behind the device's id. A row of another program, which has none there, gets one of its own.
-- What a sensor measures and its newest value stood in the attributes. Setting updated_at has the row captured.
UPDATE device_entities SET
  key = CASE
    WHEN substr(unique_id, 1, length(device_id) + 1) = device_id || '_'
      AND length(unique_id) - length(device_id) - 1 BETWEEN 1 AND 40
      AND substr(unique_id, length(device_id) + 2) NOT GLOB '*[^a-z0-9_]*'
    THEN substr(unique_id, length(device_id) + 2)
    ELSE 'entity_' || lower(hex(randomblob(8)))
  END,
  sensor_type = CASE WHEN json_valid(attributes) THEN json_extract(attributes, '$.kind') END,
  latest = CASE
    WHEN json_valid(attributes) AND json_type(attributes, '$.latest') = 'object' AND state IS NOT NULL
    THEN json_set(json_extract(attributes, '$.latest'), '$.value', CAST(state AS REAL))
  END,
  attributes = CASE WHEN json_valid(attributes) AND json_type(attributes) = 'object' THEN json_remove(attributes, '$.kind', '$.latest') ELSE '{}' END,
  updated_at = updated_at;--> statement-breakpoint
CREATE UNIQUE INDEX `ux_device_entities_key` ON `device_entities` (`device_id`,`key`);--> statement-breakpoint
CREATE UNIQUE INDEX `ux_device_entities_entity_id` ON `device_entities` (`entity_id`,`source`);--> statement-breakpoint
CREATE UNIQUE INDEX `ux_device_entities_unique_id` ON `device_entities` (`unique_id`,`source`);--> statement-breakpoint
CREATE INDEX `ix_device_entities_device_id` ON `device_entities` (`device_id`,`name`);
