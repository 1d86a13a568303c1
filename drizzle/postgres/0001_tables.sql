-- Written by scripts/central-migration from the hub's table declarations.

CREATE TABLE lares."audio_clips" (
  "site_id" uuid NOT NULL,
  "id" text NOT NULL,
  "session_id" text,
  "turn_id" text,
  "device_id" text,
  "file" text,
  "format" text,
  "duration_ms" bigint,
  "bytes" bigint,
  "frames" bigint,
  "lost_frames" bigint,
  "checksum" text,
  "completeness" text,
  "expires_at" timestamptz,
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
SELECT lares.add_table('audio_clips', 'mutable', 'id', NULL);
CREATE INDEX "ix_audio_clips_session" ON lares."audio_clips" ("site_id", "session_id");
CREATE INDEX "ix_audio_clips_turn" ON lares."audio_clips" ("site_id", "turn_id");
CREATE INDEX "ix_audio_clips_device" ON lares."audio_clips" ("site_id", "device_id");
CREATE INDEX "ix_audio_clips_expires" ON lares."audio_clips" ("site_id", "expires_at");
SELECT lares.add_reference('audio_clips', 'session_id', NULL, 'sessions', true);
SELECT lares.add_reference('audio_clips', 'turn_id', NULL, 'turns', true);
SELECT lares.add_reference('audio_clips', 'device_id', NULL, 'devices', true);

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

CREATE TABLE lares."device_entities" (
  "site_id" uuid NOT NULL,
  "id" text NOT NULL,
  "device_id" text,
  "source" text DEFAULT 'lares',
  "entity_id" text,
  "unique_id" text,
  "key" text DEFAULT '',
  "name" text,
  "entity_type" text,
  "device_class" text,
  "sensor_type" text,
  "unit_of_measurement" text,
  "icon" text,
  "is_enabled" boolean DEFAULT true,
  "is_visible" boolean DEFAULT true,
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
SELECT lares.add_table('device_entities', 'mutable', 'id', NULL);
CREATE INDEX "ux_device_entities_entity_id" ON lares."device_entities" ("site_id", "entity_id", "source");
CREATE INDEX "ux_device_entities_unique_id" ON lares."device_entities" ("site_id", "unique_id", "source");
CREATE INDEX "ux_device_entities_key" ON lares."device_entities" ("site_id", "device_id", "key");
CREATE INDEX "ix_device_entities_entity_type" ON lares."device_entities" ("site_id", "entity_type");
CREATE INDEX "ix_device_entities_device_id" ON lares."device_entities" ("site_id", "device_id", "name");
SELECT lares.add_reference('device_entities', 'device_id', NULL, 'devices', true);

CREATE TABLE lares."device_groups" (
  "site_id" uuid NOT NULL,
  "id" text NOT NULL,
  "name" text,
  "description" text,
  "settings" jsonb DEFAULT '{}',
  "owner_id" text,
  "managed_by" text DEFAULT 'site',
  "scope" text,
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
SELECT lares.add_table('device_groups', 'down', 'id', NULL);
CREATE INDEX "ix_device_groups_owner_id" ON lares."device_groups" ("site_id", "owner_id");
SELECT lares.add_reference('device_groups', 'owner_id', NULL, 'users', false);

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

CREATE TABLE lares."devices" (
  "site_id" uuid NOT NULL,
  "id" text NOT NULL,
  "house_id" text,
  "room_id" text,
  "group_id" text,
  "owner_id" text,
  "hub_id" text,
  "name" text,
  "user_description" text,
  "location" text,
  "device_type" text DEFAULT 'custom',
  "device_class" text,
  "detected_brand" text,
  "detected_model" text,
  "integration_type" text,
  "connection_method" text,
  "requires_hub" boolean DEFAULT false,
  "api_endpoint" text,
  "supported_features" jsonb DEFAULT '[]',
  "capabilities" jsonb DEFAULT '[]',
  "capability_details" jsonb DEFAULT '{}',
  "requires_auth" boolean DEFAULT false,
  "auth_method" text,
  "config_data" jsonb DEFAULT '{}',
  "credentials_id" text,
  "status" text DEFAULT 'offline',
  "status_reason" text DEFAULT 'never_connected',
  "status_since" timestamptz,
  "last_error" text,
  "discovery_method" text,
  "discovery_confidence" double precision DEFAULT 1,
  "active_persona_id" text,
  "active_session_id" text,
  "connects" bigint DEFAULT 0,
  "revoked_at" timestamptz,
  "created_at" timestamptz,
  "updated_at" timestamptz,
  "sync_epoch" integer NOT NULL,
  "sync_seq" bigint NOT NULL,
  "deleted_at" timestamptz,
  "content_epoch" integer,
  "content_seq" bigint,
  "extra" jsonb,
  "synced_at" timestamptz DEFAULT now(),
  PRIMARY KEY ("site_id", "id"),
  CONSTRAINT "devices_discovery_confidence" CHECK (discovery_confidence >= 0 AND discovery_confidence <= 1)
);
SELECT lares.add_table('devices', 'mutable', 'id', NULL);
CREATE INDEX "ix_devices_house_integration" ON lares."devices" ("site_id", "house_id", "integration_type");
CREATE INDEX "ix_devices_status" ON lares."devices" ("site_id", "status");
CREATE INDEX "ix_devices_device_class" ON lares."devices" ("site_id", "device_class");
CREATE INDEX "ix_devices_discovery_method" ON lares."devices" ("site_id", "discovery_method");
CREATE INDEX "idx_device_group" ON lares."devices" ("site_id", "group_id");
CREATE INDEX "idx_device_owner" ON lares."devices" ("site_id", "owner_id");
CREATE INDEX "ix_devices_room" ON lares."devices" ("site_id", "room_id");
CREATE INDEX "ix_devices_hub" ON lares."devices" ("site_id", "hub_id");
CREATE INDEX "ix_devices_credentials_id" ON lares."devices" ("site_id", "credentials_id");
CREATE INDEX "ix_devices_active_persona_id" ON lares."devices" ("site_id", "active_persona_id");
CREATE INDEX "ix_devices_active_session_id" ON lares."devices" ("site_id", "active_session_id");
SELECT lares.add_reference('devices', 'house_id', NULL, 'houses', true);
SELECT lares.add_reference('devices', 'room_id', NULL, 'rooms', false);
SELECT lares.add_reference('devices', 'group_id', NULL, 'device_groups', false);
SELECT lares.add_reference('devices', 'owner_id', NULL, 'users', false);
SELECT lares.add_reference('devices', 'hub_id', NULL, 'devices', false);
SELECT lares.add_reference('devices', 'credentials_id', NULL, 'device_credentials', false);
SELECT lares.add_reference('devices', 'active_persona_id', NULL, 'personas', false);
SELECT lares.add_reference('devices', 'active_session_id', NULL, 'sessions', false);

CREATE TABLE lares."events" (
  "site_id" uuid NOT NULL,
  "epoch" integer NOT NULL,
  "id" bigint NOT NULL,
  "house_id" text,
  "device_id" text,
  "entity_id" text,
  "user_id" text,
  "session_id" text,
  "event_type" text,
  "category" text,
  "severity" text DEFAULT 'info',
  "title" text,
  "description" text,
  "source" text,
  "event_data" jsonb DEFAULT '{}',
  "old_state" text,
  "new_state" text,
  "state_attributes" jsonb DEFAULT '{}',
  "context" jsonb DEFAULT '{}',
  "processed" boolean DEFAULT false,
  "processed_at" timestamptz,
  "processing_error" text,
  "acknowledged_by" text,
  "timestamp" timestamptz,
  "created_at" timestamptz NOT NULL,
  "updated_at" timestamptz,
  "sync_epoch" integer NOT NULL,
  "sync_seq" bigint NOT NULL,
  "extra" jsonb,
  "synced_at" timestamptz DEFAULT now(),
  PRIMARY KEY ("site_id", "epoch", "id", "created_at")
) PARTITION BY RANGE ("created_at");
SELECT lares.add_table('events', 'append_marks', 'id', 'created_at');
CREATE INDEX "ix_events_type_category" ON lares."events" ("site_id", "event_type", "category");
CREATE INDEX "idx_event_type_time" ON lares."events" ("site_id", "event_type", "created_at");
CREATE INDEX "idx_event_device_time" ON lares."events" ("site_id", "device_id", "created_at");
CREATE INDEX "ix_events_severity_created" ON lares."events" ("site_id", "severity", "created_at");
CREATE INDEX "ix_events_created_at" ON lares."events" ("site_id", "created_at");
CREATE INDEX "ix_events_processed" ON lares."events" ("site_id", "processed");
CREATE INDEX "ix_events_house_time" ON lares."events" ("site_id", "house_id", "created_at");
CREATE INDEX "ix_events_user_id" ON lares."events" ("site_id", "user_id");
CREATE INDEX "ix_events_session_id" ON lares."events" ("site_id", "session_id");
CREATE INDEX "ix_events_acknowledged_by" ON lares."events" ("site_id", "acknowledged_by");
CREATE INDEX "bx_events_created_at" ON lares."events" USING brin ("created_at");
SELECT lares.add_reference('events', 'device_id', NULL, 'devices', true);
SELECT lares.add_reference('events', 'user_id', NULL, 'users', true);
SELECT lares.add_reference('events', 'session_id', NULL, 'sessions', true);
SELECT lares.add_reference('events', 'acknowledged_by', NULL, 'users', false);

CREATE TABLE lares."houses" (
  "site_id" uuid NOT NULL,
  "id" text NOT NULL,
  "name" text,
  "address" text,
  "location" text,
  "square_footage" double precision,
  "num_rooms" bigint,
  "num_floors" bigint,
  "timezone" text DEFAULT 'UTC',
  "preferences" jsonb DEFAULT '{}',
  "capabilities" jsonb DEFAULT '[]',
  "setup_completed" boolean DEFAULT false,
  "last_interview_date" timestamptz,
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
SELECT lares.add_table('houses', 'mutable', 'id', NULL);
CREATE INDEX "ix_houses_name" ON lares."houses" ("site_id", "name");

CREATE TABLE lares."messages" (
  "site_id" uuid NOT NULL,
  "id" text NOT NULL,
  "session_id" text,
  "turn_id" text,
  "role" text,
  "content" text,
  "audio_url" text,
  "persona_id" text,
  "response_latency_ms" bigint,
  "tokens_used" bigint,
  "timings" jsonb DEFAULT '{}',
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
SELECT lares.add_table('messages', 'mutable', 'id', NULL);
CREATE INDEX "idx_message_session" ON lares."messages" ("site_id", "session_id", "created_at");
CREATE INDEX "idx_message_created" ON lares."messages" ("site_id", "created_at");
CREATE INDEX "ix_messages_turn" ON lares."messages" ("site_id", "turn_id");
SELECT lares.add_reference('messages', 'session_id', NULL, 'sessions', true);
SELECT lares.add_reference('messages', 'turn_id', NULL, 'turns', true);

CREATE TABLE lares."people" (
  "site_id" uuid NOT NULL,
  "id" text NOT NULL,
  "house_id" text,
  "user_id" text,
  "name" text,
  "role" text,
  "preferences" jsonb DEFAULT '{}',
  "schedule" jsonb DEFAULT '{}',
  "is_present" boolean DEFAULT false,
  "last_seen" timestamptz,
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
SELECT lares.add_table('people', 'mutable', 'id', NULL);
CREATE INDEX "ix_people_house_role" ON lares."people" ("site_id", "house_id", "role");
CREATE INDEX "ix_people_name" ON lares."people" ("site_id", "name");
CREATE INDEX "ix_people_user" ON lares."people" ("site_id", "user_id");
SELECT lares.add_reference('people', 'house_id', NULL, 'houses', true);
SELECT lares.add_reference('people', 'user_id', NULL, 'users', true);

CREATE TABLE lares."persona_versions" (
  "site_id" uuid NOT NULL,
  "id" text NOT NULL,
  "persona_id" text,
  "version" text,
  "artifacts" jsonb,
  "created_by" text,
  "change_notes" text,
  "managed_by" text DEFAULT 'site',
  "scope" text,
  "created_at" timestamptz,
  "sync_epoch" integer NOT NULL,
  "sync_seq" bigint NOT NULL,
  "deleted_at" timestamptz,
  "content_epoch" integer,
  "content_seq" bigint,
  "extra" jsonb,
  "synced_at" timestamptz DEFAULT now(),
  PRIMARY KEY ("site_id", "id")
);
SELECT lares.add_table('persona_versions', 'down', 'id', NULL);
CREATE INDEX "idx_persona_versions" ON lares."persona_versions" ("site_id", "persona_id", "version");
CREATE INDEX "ix_persona_versions_created_by" ON lares."persona_versions" ("site_id", "created_by");
SELECT lares.add_reference('persona_versions', 'persona_id', NULL, 'personas', false);
SELECT lares.add_reference('persona_versions', 'created_by', NULL, 'users', false);

CREATE TABLE lares."personas" (
  "site_id" uuid NOT NULL,
  "id" text NOT NULL,
  "name" text,
  "description" text,
  "current_version" text DEFAULT '1.0.0',
  "adaptation_mode" text DEFAULT 'instruction_only',
  "voice_config" jsonb,
  "behavior_config" jsonb,
  "system_prompt" text,
  "tags" jsonb DEFAULT '[]',
  "priority" bigint DEFAULT 0,
  "is_active" boolean DEFAULT true,
  "managed_by" text DEFAULT 'site',
  "scope" text,
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
SELECT lares.add_table('personas', 'down', 'id', NULL);

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

CREATE TABLE lares."reading_series" (
  "site_id" uuid NOT NULL,
  "epoch" integer NOT NULL,
  "id" bigint NOT NULL,
  "device_id" text,
  "sensor" text,
  "sensor_type" text,
  "unit" text DEFAULT '',
  "entity_id" text,
  "created_at" timestamptz,
  "extra" jsonb,
  "synced_at" timestamptz DEFAULT now(),
  PRIMARY KEY ("site_id", "epoch", "id")
);
SELECT lares.add_table('reading_series', 'append', 'id', NULL);
CREATE INDEX "ux_reading_series" ON lares."reading_series" ("site_id", "device_id", "sensor", "sensor_type", "unit");
CREATE INDEX "ix_reading_series_type" ON lares."reading_series" ("site_id", "sensor_type");
CREATE INDEX "ix_reading_series_entity" ON lares."reading_series" ("site_id", "entity_id");
SELECT lares.add_reference('reading_series', 'device_id', NULL, 'devices', true);
SELECT lares.add_reference('reading_series', 'entity_id', NULL, 'device_entities', false);

CREATE TABLE lares."readings" (
  "site_id" uuid NOT NULL,
  "epoch" integer NOT NULL,
  "series_epoch" integer,
  "id" bigint NOT NULL,
  "series_id" bigint,
  "reading_time" timestamptz NOT NULL,
  "received_at" timestamptz,
  "value" double precision,
  "quality" double precision,
  "metadata" jsonb,
  "extra" jsonb,
  "synced_at" timestamptz DEFAULT now(),
  PRIMARY KEY ("site_id", "epoch", "id", "reading_time"),
  CONSTRAINT "readings_quality" CHECK (quality IS NULL OR (quality >= 0 AND quality <= 1))
) PARTITION BY RANGE ("reading_time");
SELECT lares.add_table('readings', 'append', 'id', 'reading_time');
CREATE INDEX "ix_readings_series_time" ON lares."readings" ("site_id", "series_epoch", "series_id", "reading_time");
CREATE INDEX "bx_readings_reading_time" ON lares."readings" USING brin ("reading_time");
SELECT lares.add_reference('readings', 'series_id', 'series_epoch', 'reading_series', true);

CREATE TABLE lares."rooms" (
  "site_id" uuid NOT NULL,
  "id" text NOT NULL,
  "house_id" text,
  "name" text,
  "room_type" text,
  "floor" bigint,
  "square_footage" double precision,
  "ceiling_height" double precision,
  "windows" bigint DEFAULT 0,
  "doors" bigint DEFAULT 1,
  "preferred_temperature" double precision,
  "preferred_humidity" double precision,
  "lighting_preferences" jsonb DEFAULT '{}',
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
SELECT lares.add_table('rooms', 'mutable', 'id', NULL);
CREATE INDEX "ix_rooms_house_type" ON lares."rooms" ("site_id", "house_id", "room_type");
CREATE INDEX "ix_rooms_name" ON lares."rooms" ("site_id", "name");
SELECT lares.add_reference('rooms', 'house_id', NULL, 'houses', true);

CREATE TABLE lares."sessions" (
  "site_id" uuid NOT NULL,
  "id" text NOT NULL,
  "device_id" text,
  "persona_id" text,
  "persona_version" text,
  "user_id" text,
  "state" text DEFAULT 'active',
  "context_snapshot" jsonb DEFAULT '{}',
  "handoff_history" jsonb DEFAULT '[]',
  "metadata" jsonb DEFAULT '{}',
  "epoch" bigint DEFAULT 1,
  "expires_at" timestamptz,
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
SELECT lares.add_table('sessions', 'mutable', 'id', NULL);
CREATE INDEX "ix_sessions_created" ON lares."sessions" ("site_id", "created_at");
CREATE INDEX "idx_session_state" ON lares."sessions" ("site_id", "state");
CREATE INDEX "idx_session_active" ON lares."sessions" ("site_id", "device_id", "state");
CREATE INDEX "ix_sessions_persona" ON lares."sessions" ("site_id", "persona_id");
CREATE INDEX "ix_sessions_user" ON lares."sessions" ("site_id", "user_id");
SELECT lares.add_reference('sessions', 'device_id', NULL, 'devices', true);
SELECT lares.add_reference('sessions', 'persona_id', NULL, 'personas', false);
SELECT lares.add_reference('sessions', 'user_id', NULL, 'users', true);

CREATE TABLE lares."turns" (
  "site_id" uuid NOT NULL,
  "id" text NOT NULL,
  "session_id" text,
  "device_id" text,
  "phase" text,
  "started_at" timestamptz,
  "ended_at" timestamptz,
  "end_reason" text,
  "frames" bigint DEFAULT 0,
  "lost_frames" bigint DEFAULT 0,
  "checksum" text,
  "arbitration" jsonb DEFAULT '{}',
  "timings" jsonb DEFAULT '{}',
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
SELECT lares.add_table('turns', 'mutable', 'id', NULL);
CREATE INDEX "ix_turns_started" ON lares."turns" ("site_id", "started_at");
CREATE INDEX "ix_turns_session" ON lares."turns" ("site_id", "session_id");
CREATE INDEX "ix_turns_device_time" ON lares."turns" ("site_id", "device_id", "started_at");
CREATE INDEX "ix_turns_phase" ON lares."turns" ("site_id", "phase");
SELECT lares.add_reference('turns', 'session_id', NULL, 'sessions', true);
SELECT lares.add_reference('turns', 'device_id', NULL, 'devices', true);

CREATE TABLE lares."users" (
  "site_id" uuid NOT NULL,
  "id" text NOT NULL,
  "email" text,
  "full_name" text,
  "role" text DEFAULT 'user',
  "is_active" boolean DEFAULT true,
  "managed_by" text DEFAULT 'site',
  "scope" text,
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
SELECT lares.add_table('users', 'down', 'id', NULL);
CREATE INDEX "idx_users_email" ON lares."users" ("site_id", "email");
