-- Written by scripts/central-migration from the hub's table declarations.
ALTER TABLE lares."device_groups" ADD COLUMN "house_id" text;
SELECT lares.take_from_extra('device_groups', 'house_id');
CREATE INDEX "ix_device_groups_house" ON lares."device_groups" ("site_id", "house_id");
SELECT lares.add_reference('device_groups', 'house_id', NULL, 'houses', true);
ALTER TABLE lares."devices" ADD COLUMN "carried_by" text;
SELECT lares.take_from_extra('devices', 'carried_by');
CREATE INDEX "ix_devices_carried_by" ON lares."devices" ("site_id", "carried_by");
SELECT lares.add_reference('devices', 'carried_by', NULL, 'people', false);
ALTER TABLE lares."houses" ADD COLUMN "removed_at" timestamptz;
SELECT lares.take_from_extra('houses', 'removed_at');
