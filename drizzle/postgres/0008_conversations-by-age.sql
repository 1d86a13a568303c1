-- Written by scripts/central-migration from the hub's table declarations.
CREATE INDEX "ix_sessions_created" ON lares."sessions" ("site_id", "created_at");
CREATE INDEX "ix_turns_started" ON lares."turns" ("site_id", "started_at");
