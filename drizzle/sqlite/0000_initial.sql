CREATE TABLE `api_tokens` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`name` text NOT NULL,
	`token_hash` text NOT NULL,
	`integration` integer DEFAULT false NOT NULL,
	`last_used_at` integer,
	`expires_at` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `idx_api_tokens_user` ON `api_tokens` (`user_id`);--> statement-breakpoint
CREATE TABLE `audio_clips` (
	`id` text PRIMARY KEY NOT NULL,
	`session_id` text NOT NULL,
	`turn_id` text NOT NULL,
	`device_id` text NOT NULL,
	`file` text NOT NULL,
	`format` text NOT NULL,
	`duration_ms` integer NOT NULL,
	`bytes` integer NOT NULL,
	`frames` integer NOT NULL,
	`lost_frames` integer NOT NULL,
	`checksum` text NOT NULL,
	`completeness` text NOT NULL,
	`expires_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`turn_id`) REFERENCES `turns`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`device_id`) REFERENCES `devices`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `ix_audio_clips_session` ON `audio_clips` (`session_id`);--> statement-breakpoint
CREATE INDEX `ix_audio_clips_turn` ON `audio_clips` (`turn_id`);--> statement-breakpoint
CREATE INDEX `ix_audio_clips_device` ON `audio_clips` (`device_id`);--> statement-breakpoint
CREATE INDEX `ix_audio_clips_expires` ON `audio_clips` (`expires_at`);--> statement-breakpoint
CREATE TABLE `broker_incoming` (
	`client_id` text NOT NULL,
	`packet_id` integer NOT NULL,
	PRIMARY KEY(`client_id`, `packet_id`)
) STRICT;
--> statement-breakpoint
CREATE TABLE `broker_queue` (
	`client_id` text NOT NULL,
	`entry` integer NOT NULL,
	`topic` text NOT NULL,
	`payload` blob NOT NULL,
	`qos` integer NOT NULL,
	`packet_id` integer,
	`received` integer DEFAULT false NOT NULL,
	`queued_at` integer NOT NULL,
	PRIMARY KEY(`client_id`, `entry`)
) STRICT;
--> statement-breakpoint
CREATE TABLE `broker_retained` (
	`topic` text PRIMARY KEY NOT NULL,
	`payload` blob NOT NULL,
	`qos` integer NOT NULL,
	`stored_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `broker_subscriptions` (
	`client_id` text NOT NULL,
	`filter` text NOT NULL,
	`qos` integer NOT NULL,
	PRIMARY KEY(`client_id`, `filter`)
) STRICT;
--> statement-breakpoint
CREATE TABLE `device_credentials` (
	`id` text PRIMARY KEY NOT NULL,
	`credential_type` text NOT NULL,
	`encrypted_data` text NOT NULL,
	`access_token_encrypted` text,
	`refresh_token_encrypted` text,
	`token_expires_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `device_entities` (
	`id` text PRIMARY KEY NOT NULL,
	`device_id` text NOT NULL,
	`entity_id` text NOT NULL,
	`unique_id` text,
	`name` text NOT NULL,
	`entity_type` text NOT NULL,
	`device_class` text,
	`state` text,
	`attributes` text DEFAULT '{}' NOT NULL,
	`unit_of_measurement` text,
	`icon` text,
	`is_enabled` integer DEFAULT true NOT NULL,
	`is_visible` integer DEFAULT true NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`device_id`) REFERENCES `devices`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `ux_device_entities_entity_id` ON `device_entities` (`entity_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `ux_device_entities_unique_id` ON `device_entities` (`unique_id`);--> statement-breakpoint
CREATE INDEX `ix_device_entities_entity_type` ON `device_entities` (`entity_type`);--> statement-breakpoint
CREATE INDEX `ix_device_entities_device_id` ON `device_entities` (`device_id`);--> statement-breakpoint
CREATE TABLE `device_groups` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`description` text,
	`settings` text DEFAULT '{}' NOT NULL,
	`owner_id` text,
	`managed_by` text DEFAULT 'site' NOT NULL,
	`scope` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`owner_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE set null
) STRICT;
--> statement-breakpoint
CREATE TABLE `device_streams` (
	`device_id` text NOT NULL,
	`epoch` text NOT NULL,
	`lane` text NOT NULL,
	`last_seq` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`device_id`, `epoch`, `lane`),
	FOREIGN KEY (`device_id`) REFERENCES `devices`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE TABLE `devices` (
	`id` text PRIMARY KEY NOT NULL,
	`house_id` text NOT NULL,
	`room_id` text,
	`group_id` text,
	`owner_id` text,
	`hub_id` text,
	`name` text NOT NULL,
	`user_description` text,
	`location` text,
	`device_type` text DEFAULT 'custom' NOT NULL,
	`device_class` text NOT NULL,
	`detected_brand` text,
	`detected_model` text,
	`integration_type` text NOT NULL,
	`connection_method` text,
	`requires_hub` integer DEFAULT false NOT NULL,
	`api_endpoint` text,
	`supported_features` text DEFAULT '[]' NOT NULL,
	`capabilities` text DEFAULT '[]' NOT NULL,
	`capability_details` text DEFAULT '{}' NOT NULL,
	`requires_auth` integer DEFAULT false NOT NULL,
	`auth_method` text,
	`config_data` text DEFAULT '{}' NOT NULL,
	`credentials_id` text,
	`auth_token_hash` text,
	`status` text DEFAULT 'offline' NOT NULL,
	`status_reason` text DEFAULT 'never_connected' NOT NULL,
	`status_since` integer NOT NULL,
	`current_state` text DEFAULT '{}' NOT NULL,
	`last_seen` integer,
	`last_heartbeat` integer,
	`last_error` text,
	`discovery_method` text NOT NULL,
	`discovery_confidence` real DEFAULT 1 NOT NULL,
	`active_persona_id` text,
	`active_session_id` text,
	`connects` integer DEFAULT 0 NOT NULL,
	`revoked_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`house_id`) REFERENCES `houses`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`room_id`) REFERENCES `rooms`(`id`) ON UPDATE no action ON DELETE set null,
	FOREIGN KEY (`group_id`) REFERENCES `device_groups`(`id`) ON UPDATE no action ON DELETE set null,
	FOREIGN KEY (`owner_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE set null,
	FOREIGN KEY (`hub_id`) REFERENCES `devices`(`id`) ON UPDATE no action ON DELETE set null,
	FOREIGN KEY (`credentials_id`) REFERENCES `device_credentials`(`id`) ON UPDATE no action ON DELETE set null,
	FOREIGN KEY (`active_persona_id`) REFERENCES `personas`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "devices_discovery_confidence" CHECK(discovery_confidence >= 0 AND discovery_confidence <= 1)
) STRICT;
--> statement-breakpoint
CREATE INDEX `ix_devices_house_integration` ON `devices` (`house_id`,`integration_type`);--> statement-breakpoint
CREATE INDEX `ix_devices_status` ON `devices` (`status`);--> statement-breakpoint
CREATE INDEX `ix_devices_device_class` ON `devices` (`device_class`);--> statement-breakpoint
CREATE INDEX `ix_devices_discovery_method` ON `devices` (`discovery_method`);--> statement-breakpoint
CREATE INDEX `idx_device_group` ON `devices` (`group_id`);--> statement-breakpoint
CREATE INDEX `idx_device_owner` ON `devices` (`owner_id`);--> statement-breakpoint
CREATE INDEX `ix_devices_room` ON `devices` (`room_id`);--> statement-breakpoint
CREATE INDEX `ix_devices_hub` ON `devices` (`hub_id`);--> statement-breakpoint
CREATE TABLE `events` (
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
	`created_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `ix_events_type_category` ON `events` (`event_type`,`category`);--> statement-breakpoint
CREATE INDEX `idx_event_type_time` ON `events` (`event_type`,`created_at`);--> statement-breakpoint
CREATE INDEX `idx_event_device_time` ON `events` (`device_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `ix_events_severity_created` ON `events` (`severity`,`created_at`);--> statement-breakpoint
CREATE INDEX `ix_events_created_at` ON `events` (`created_at`);--> statement-breakpoint
CREATE INDEX `ix_events_processed` ON `events` (`processed`);--> statement-breakpoint
CREATE INDEX `ix_events_house_time` ON `events` (`house_id`,`created_at`);--> statement-breakpoint
CREATE TABLE `houses` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`address` text,
	`location` text,
	`square_footage` real,
	`num_rooms` integer,
	`num_floors` integer,
	`timezone` text DEFAULT 'UTC' NOT NULL,
	`preferences` text DEFAULT '{}' NOT NULL,
	`capabilities` text DEFAULT '[]' NOT NULL,
	`setup_completed` integer DEFAULT false NOT NULL,
	`last_interview_date` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `ix_houses_name` ON `houses` (`name`);--> statement-breakpoint
CREATE TABLE `hub_secrets` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `hub_settings` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text
) STRICT;
--> statement-breakpoint
CREATE TABLE `invitations` (
	`id` text PRIMARY KEY NOT NULL,
	`code_hash` text NOT NULL,
	`name` text NOT NULL,
	`device_type` text NOT NULL,
	`house_id` text NOT NULL,
	`invited_by` text,
	`expires_at` integer NOT NULL,
	`tries` integer DEFAULT 0 NOT NULL,
	`used_at` integer,
	`used_secret_hash` text,
	`device_id` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`house_id`) REFERENCES `houses`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`device_id`) REFERENCES `devices`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE TABLE `messages` (
	`id` text PRIMARY KEY NOT NULL,
	`session_id` text NOT NULL,
	`turn_id` text,
	`role` text NOT NULL,
	`content` text NOT NULL,
	`audio_url` text,
	`persona_id` text,
	`response_latency_ms` integer,
	`tokens_used` integer,
	`timings` text DEFAULT '{}' NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`turn_id`) REFERENCES `turns`(`id`) ON UPDATE no action ON DELETE set null
) STRICT;
--> statement-breakpoint
CREATE INDEX `idx_message_session` ON `messages` (`session_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `idx_message_created` ON `messages` (`created_at`);--> statement-breakpoint
CREATE INDEX `ix_messages_turn` ON `messages` (`turn_id`);--> statement-breakpoint
CREATE TABLE `people` (
	`id` text PRIMARY KEY NOT NULL,
	`house_id` text NOT NULL,
	`user_id` text,
	`name` text NOT NULL,
	`role` text NOT NULL,
	`preferences` text DEFAULT '{}' NOT NULL,
	`schedule` text DEFAULT '{}' NOT NULL,
	`is_present` integer DEFAULT false NOT NULL,
	`last_seen` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`house_id`) REFERENCES `houses`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE set null
) STRICT;
--> statement-breakpoint
CREATE INDEX `ix_people_house_role` ON `people` (`house_id`,`role`);--> statement-breakpoint
CREATE INDEX `ix_people_name` ON `people` (`name`);--> statement-breakpoint
CREATE INDEX `ix_people_user` ON `people` (`user_id`);--> statement-breakpoint
CREATE TABLE `persona_versions` (
	`id` text PRIMARY KEY NOT NULL,
	`persona_id` text NOT NULL,
	`version` text NOT NULL,
	`artifacts` text,
	`created_by` text,
	`change_notes` text,
	`managed_by` text DEFAULT 'site' NOT NULL,
	`scope` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`persona_id`) REFERENCES `personas`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`created_by`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE set null
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `idx_persona_versions` ON `persona_versions` (`persona_id`,`version`);--> statement-breakpoint
CREATE TABLE `personas` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`description` text,
	`current_version` text DEFAULT '1.0.0' NOT NULL,
	`adaptation_mode` text DEFAULT 'instruction_only' NOT NULL,
	`voice_config` text,
	`behavior_config` text,
	`system_prompt` text,
	`tags` text DEFAULT '[]' NOT NULL,
	`priority` integer DEFAULT 0 NOT NULL,
	`is_active` integer DEFAULT true NOT NULL,
	`managed_by` text DEFAULT 'site' NOT NULL,
	`scope` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `reading_series` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`device_id` text NOT NULL,
	`sensor` text NOT NULL,
	`sensor_type` text NOT NULL,
	`unit` text DEFAULT '' NOT NULL,
	`entity_id` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`device_id`) REFERENCES `devices`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`entity_id`) REFERENCES `device_entities`(`id`) ON UPDATE no action ON DELETE set null
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `ux_reading_series` ON `reading_series` (`device_id`,`sensor`,`sensor_type`,`unit`);--> statement-breakpoint
CREATE INDEX `ix_reading_series_type` ON `reading_series` (`sensor_type`);--> statement-breakpoint
CREATE INDEX `ix_reading_series_entity` ON `reading_series` (`entity_id`);--> statement-breakpoint
CREATE TABLE `readings` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`series_id` integer NOT NULL,
	`reading_time` integer NOT NULL,
	`received_at` integer NOT NULL,
	`value` real NOT NULL,
	`quality` real,
	`metadata` text,
	FOREIGN KEY (`series_id`) REFERENCES `reading_series`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "readings_quality" CHECK(quality IS NULL OR (quality >= 0 AND quality <= 1))
) STRICT;
--> statement-breakpoint
CREATE INDEX `ix_readings_series_time` ON `readings` (`series_id`,`reading_time`);--> statement-breakpoint
CREATE TABLE `rejected_messages` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`device_id` text NOT NULL,
	`topic` text NOT NULL,
	`code` text NOT NULL,
	`reason` text NOT NULL,
	`raw` blob NOT NULL,
	`raw_bytes` integer NOT NULL,
	`received_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `ix_rejected_device` ON `rejected_messages` (`device_id`,`id`);--> statement-breakpoint
CREATE TABLE `request_memory` (
	`principal` text NOT NULL,
	`request_id` text NOT NULL,
	`content_hash` text NOT NULL,
	`response` text,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`principal`, `request_id`)
) STRICT;
--> statement-breakpoint
CREATE INDEX `ix_request_memory_created` ON `request_memory` (`created_at`);--> statement-breakpoint
CREATE TABLE `rooms` (
	`id` text PRIMARY KEY NOT NULL,
	`house_id` text NOT NULL,
	`name` text NOT NULL,
	`room_type` text NOT NULL,
	`floor` integer,
	`square_footage` real,
	`ceiling_height` real,
	`windows` integer DEFAULT 0 NOT NULL,
	`doors` integer DEFAULT 1 NOT NULL,
	`preferred_temperature` real,
	`preferred_humidity` real,
	`lighting_preferences` text DEFAULT '{}' NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`house_id`) REFERENCES `houses`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `ix_rooms_house_type` ON `rooms` (`house_id`,`room_type`);--> statement-breakpoint
CREATE INDEX `ix_rooms_name` ON `rooms` (`name`);--> statement-breakpoint
CREATE TABLE `sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`device_id` text NOT NULL,
	`persona_id` text NOT NULL,
	`persona_version` text NOT NULL,
	`user_id` text,
	`state` text DEFAULT 'active' NOT NULL,
	`context_snapshot` text DEFAULT '{}' NOT NULL,
	`handoff_history` text DEFAULT '[]' NOT NULL,
	`metadata` text DEFAULT '{}' NOT NULL,
	`epoch` integer DEFAULT 1 NOT NULL,
	`expires_at` integer,
	`ended_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`device_id`) REFERENCES `devices`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`persona_id`) REFERENCES `personas`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE set null
) STRICT;
--> statement-breakpoint
CREATE INDEX `idx_session_state` ON `sessions` (`state`);--> statement-breakpoint
CREATE INDEX `idx_session_active` ON `sessions` (`device_id`,`state`);--> statement-breakpoint
CREATE INDEX `ix_sessions_persona` ON `sessions` (`persona_id`);--> statement-breakpoint
CREATE INDEX `ix_sessions_user` ON `sessions` (`user_id`);--> statement-breakpoint
CREATE TABLE `sync_changes` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`table_name` text NOT NULL,
	`row_key` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `ux_sync_changes` ON `sync_changes` (`table_name`,`row_key`);--> statement-breakpoint
CREATE TABLE `turns` (
	`id` text PRIMARY KEY NOT NULL,
	`session_id` text NOT NULL,
	`device_id` text NOT NULL,
	`phase` text NOT NULL,
	`started_at` integer NOT NULL,
	`ended_at` integer,
	`end_reason` text,
	`frames` integer DEFAULT 0 NOT NULL,
	`lost_frames` integer DEFAULT 0 NOT NULL,
	`checksum` text,
	`arbitration` text DEFAULT '{}' NOT NULL,
	`timings` text DEFAULT '{}' NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`device_id`) REFERENCES `devices`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `ix_turns_session` ON `turns` (`session_id`);--> statement-breakpoint
CREATE INDEX `ix_turns_device_time` ON `turns` (`device_id`,`started_at`);--> statement-breakpoint
CREATE INDEX `ix_turns_phase` ON `turns` (`phase`);--> statement-breakpoint
CREATE TABLE `users` (
	`id` text PRIMARY KEY NOT NULL,
	`email` text NOT NULL,
	`hashed_password` text,
	`full_name` text,
	`role` text DEFAULT 'user' NOT NULL,
	`is_active` integer DEFAULT true NOT NULL,
	`managed_by` text DEFAULT 'site' NOT NULL,
	`scope` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `idx_users_email` ON `users` (`email`);