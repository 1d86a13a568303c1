-- Written by scripts/central-migration from the hub's table declarations.

CREATE TABLE lares."control_actions" (
  "site_id" uuid NOT NULL,
  "epoch" integer NOT NULL,
  "id" bigint NOT NULL,
  "device_id" text,
  "command_id" text,
  "action_type" text,
  "command" text,
  "parameters" jsonb DEFAULT '{}',
  "status" text,
  "executed_at" timestamptz,
  "completed_at" timestamptz,
  "result" jsonb,
  "error_message" text,
  "created_at" timestamptz,
  "updated_at" timestamptz,
  "sync_epoch" integer NOT NULL,
  "sync_seq" bigint NOT NULL,
  "extra" jsonb,
  "synced_at" timestamptz DEFAULT now(),
  PRIMARY KEY ("site_id", "epoch", "id")
);
SELECT lares.add_table('control_actions', 'append_marks', 'id', NULL);
CREATE INDEX "ix_control_actions_device_status" ON lares."control_actions" ("site_id", "device_id", "status");
CREATE INDEX "ix_control_actions_type" ON lares."control_actions" ("site_id", "action_type");
CREATE INDEX "ix_control_actions_executed_at" ON lares."control_actions" ("site_id", "executed_at");
CREATE INDEX "ux_control_actions_command" ON lares."control_actions" ("site_id", "command_id");
SELECT lares.add_reference('control_actions', 'device_id', NULL, 'devices', true);

CREATE TABLE lares."device_settings" (
  "site_id" uuid NOT NULL,
  "id" text NOT NULL,
  "device_id" text,
  "version" bigint,
  "settings" jsonb DEFAULT '{}',
  "told" jsonb DEFAULT '{}',
  "reported_version" bigint,
  "reported_settings" jsonb DEFAULT '{}',
  "refused" jsonb DEFAULT '[]',
  "reported_at" timestamptz,
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
SELECT lares.add_table('device_settings', 'mutable', 'id', NULL);
CREATE INDEX "ux_device_settings_device" ON lares."device_settings" ("site_id", "device_id");
SELECT lares.add_reference('device_settings', 'device_id', NULL, 'devices', true);
