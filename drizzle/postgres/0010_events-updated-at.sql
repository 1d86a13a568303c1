-- Written by scripts/central-migration from the hub's table declarations.
ALTER TABLE lares."events" ADD COLUMN "updated_at" timestamptz;
SELECT lares.take_from_extra('events', 'updated_at');
-- Houses say of events that were there before that they were marked last when they were stored.
SELECT set_config('lares.touches_audit', 'on', true);
UPDATE lares.events SET updated_at = created_at WHERE updated_at IS NULL;
SELECT set_config('lares.touches_audit', '', true);
