CREATE TABLE `commands_underway` (
	`id` text PRIMARY KEY NOT NULL,
	`action_id` integer NOT NULL,
	`device_id` text NOT NULL,
	`expires_at` integer NOT NULL,
	`deadline_mono` real,
	`told` integer DEFAULT false NOT NULL,
	`again_mono` real,
	`asker` text,
	`answer_mono` real,
	FOREIGN KEY (`action_id`) REFERENCES `control_actions`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`device_id`) REFERENCES `devices`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `ux_commands_underway_action` ON `commands_underway` (`action_id`);--> statement-breakpoint
CREATE INDEX `ix_commands_underway_device` ON `commands_underway` (`device_id`,`told`);--> statement-breakpoint
CREATE TABLE `control_actions` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`device_id` text NOT NULL,
	`command_id` text NOT NULL,
	`action_type` text NOT NULL,
	`command` text NOT NULL,
	`parameters` text DEFAULT '{}' NOT NULL,
	`status` text NOT NULL,
	`executed_at` integer,
	`completed_at` integer,
	`result` text,
	`error_message` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`device_id`) REFERENCES `devices`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `ix_control_actions_device_status` ON `control_actions` (`device_id`,`status`);--> statement-breakpoint
CREATE INDEX `ix_control_actions_type` ON `control_actions` (`action_type`);--> statement-breakpoint
CREATE INDEX `ix_control_actions_executed_at` ON `control_actions` (`executed_at`);--> statement-breakpoint
CREATE UNIQUE INDEX `ux_control_actions_command` ON `control_actions` (`command_id`);--> statement-breakpoint
CREATE TABLE `device_settings` (
	`id` text PRIMARY KEY NOT NULL,
	`device_id` text NOT NULL,
	`version` integer NOT NULL,
	`settings` text DEFAULT '{}' NOT NULL,
	`told` text DEFAULT '{}' NOT NULL,
	`reported_version` integer,
	`reported_settings` text DEFAULT '{}' NOT NULL,
	`refused` text DEFAULT '[]' NOT NULL,
	`reported_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`device_id`) REFERENCES `devices`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `ux_device_settings_device` ON `device_settings` (`device_id`);