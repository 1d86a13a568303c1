-- Written by hand. In place: three tables more.
CREATE TABLE `alert_rules` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`kind` text NOT NULL,
	`house_id` text,
	`room_id` text,
	`group_id` text,
	`device_id` text,
	`entity_id` text,
	`measures` text DEFAULT '[]' NOT NULL,
	`word` text,
	`on_at` real,
	`off_at` real,
	`for_s` integer NOT NULL,
	`severity` text NOT NULL,
	`targets` text DEFAULT '[]' NOT NULL,
	`quiet_from` integer,
	`quiet_to` integer,
	`repeat_min` integer,
	`is_enabled` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`house_id`) REFERENCES `houses`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`room_id`) REFERENCES `rooms`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`group_id`) REFERENCES `device_groups`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`device_id`) REFERENCES `devices`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`entity_id`) REFERENCES `device_entities`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `ix_alert_rules_house` ON `alert_rules` (`house_id`);--> statement-breakpoint
CREATE INDEX `ix_alert_rules_room` ON `alert_rules` (`room_id`);--> statement-breakpoint
CREATE INDEX `ix_alert_rules_group` ON `alert_rules` (`group_id`);--> statement-breakpoint
CREATE INDEX `ix_alert_rules_device` ON `alert_rules` (`device_id`);--> statement-breakpoint
CREATE INDEX `ix_alert_rules_entity` ON `alert_rules` (`entity_id`);--> statement-breakpoint
CREATE TABLE `alert_tellings` (
	`alert_id` integer NOT NULL,
	`target` text NOT NULL,
	`told` text,
	`told_at` integer,
	`is_given_up` integer DEFAULT false NOT NULL,
	`sending` text,
	`job` integer,
	PRIMARY KEY(`alert_id`, `target`),
	FOREIGN KEY (`alert_id`) REFERENCES `alerts`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `ix_alert_tellings_job` ON `alert_tellings` (`job`);--> statement-breakpoint
CREATE TABLE `alerts` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`rule` text NOT NULL,
	`subject` text NOT NULL,
	`kind` text NOT NULL,
	`severity` text NOT NULL,
	`house_id` text,
	`device_id` text,
	`entity_id` text,
	`name` text NOT NULL,
	`says` text NOT NULL,
	`is_open` integer NOT NULL,
	`occurrence` integer NOT NULL,
	`raised_at` integer NOT NULL,
	`ended_at` integer,
	`ended_says` text,
	`acknowledged_at` integer,
	`acknowledged_by` text,
	`snoozed_until` integer,
	`lately` text DEFAULT '[]' NOT NULL,
	`flapping_since` integer,
	FOREIGN KEY (`house_id`) REFERENCES `houses`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`device_id`) REFERENCES `devices`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`entity_id`) REFERENCES `device_entities`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `ux_alerts_rule_subject` ON `alerts` (`rule`,`subject`);--> statement-breakpoint
CREATE INDEX `ix_alerts_open` ON `alerts` (`is_open`,`id`);--> statement-breakpoint
CREATE INDEX `ix_alerts_house` ON `alerts` (`house_id`);--> statement-breakpoint
CREATE INDEX `ix_alerts_device` ON `alerts` (`device_id`);--> statement-breakpoint
CREATE INDEX `ix_alerts_entity` ON `alerts` (`entity_id`);--> statement-breakpoint
CREATE INDEX `ix_alerts_acknowledged_by` ON `alerts` (`acknowledged_by`);--> statement-breakpoint
CREATE INDEX `ix_alerts_ended` ON `alerts` (`ended_at`);