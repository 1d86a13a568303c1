-- Written by scripts/central-migration from the hub's table declarations.
ALTER TABLE lares."device_entities" ADD COLUMN "source" text DEFAULT 'lares';
SELECT lares.take_from_extra('device_entities', 'source');
ALTER TABLE lares."device_entities" ADD COLUMN "key" text DEFAULT '';
SELECT lares.take_from_extra('device_entities', 'key');
ALTER TABLE lares."device_entities" ADD COLUMN "sensor_type" text;
SELECT lares.take_from_extra('device_entities', 'sensor_type');
CREATE INDEX "ux_device_entities_key" ON lares."device_entities" ("site_id", "device_id", "key");
-- Two sources may use the same ids, and of one device there may be thousands.
DROP INDEX lares."ux_device_entities_entity_id", lares."ux_device_entities_unique_id", lares."ix_device_entities_device_id";
CREATE INDEX "ux_device_entities_entity_id" ON lares."device_entities" ("site_id", "entity_id", "source");
CREATE INDEX "ux_device_entities_unique_id" ON lares."device_entities" ("site_id", "unique_id", "source");
CREATE INDEX "ix_device_entities_device_id" ON lares."device_entities" ("site_id", "device_id", "name");
