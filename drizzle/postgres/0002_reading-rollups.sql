-- Written by scripts/central-migration from the hub's table declarations.

CREATE TABLE lares."reading_rollups" (
  "site_id" uuid NOT NULL,
  "epoch" integer NOT NULL,
  "series_epoch" integer,
  "id" bigint NOT NULL,
  "series_id" bigint,
  "step" bigint,
  "bucket" timestamptz,
  "min" double precision,
  "max" double precision,
  "sum" double precision,
  "count" bigint,
  "created_at" timestamptz,
  "extra" jsonb,
  "synced_at" timestamptz DEFAULT now(),
  PRIMARY KEY ("site_id", "epoch", "id")
);
SELECT lares.add_table('reading_rollups', 'append', 'id', NULL);
CREATE INDEX "ix_reading_rollups_bucket" ON lares."reading_rollups" ("site_id", "series_epoch", "series_id", "step", "bucket");
SELECT lares.add_reference('reading_rollups', 'series_id', 'series_epoch', 'reading_series', true);
