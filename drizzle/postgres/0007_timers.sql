-- Written by scripts/central-migration from the hub's table declarations.
CREATE INDEX "ix_reading_rollups_1h" ON lares."reading_rollups" ("site_id", "series_epoch", "series_id", "bucket", "min", "max", "sum", "count");

CREATE TABLE lares."timers" (
  "site_id" uuid NOT NULL,
  "id" text NOT NULL,
  "house_id" text,
  "device_id" text,
  "kind" text,
  "name" text,
  "state" text,
  "rings_at" timestamptz,
  "duration_ms" bigint,
  "wall_time" text,
  "zone" text,
  "clock_known" boolean,
  "rang_at" timestamptz,
  "ended_at" timestamptz,
  "created_at" timestamptz,
  "updated_at" timestamptz,
  "sync_epoch" integer NOT NULL,
  "sync_seq" bigint NOT NULL,
  "deleted_at" timestamptz,
  "content_epoch" integer,
  "content_seq" bigint,
  "extra" jsonb,
  "synced_at" timestamptz DEFAULT now(),
  PRIMARY KEY ("site_id", "id")
);
SELECT lares.add_table('timers', 'mutable', 'id', NULL);
CREATE INDEX "ix_timers_state" ON lares."timers" ("site_id", "state", "rings_at");
CREATE INDEX "ix_timers_house" ON lares."timers" ("site_id", "house_id");
CREATE INDEX "ix_timers_device" ON lares."timers" ("site_id", "device_id");
CREATE INDEX "ix_timers_ended" ON lares."timers" ("site_id", "ended_at");
SELECT lares.add_reference('timers', 'house_id', NULL, 'houses', true);
SELECT lares.add_reference('timers', 'device_id', NULL, 'devices', false);
