-- Written by hand. In place: two tables more.
CREATE TABLE `timers` (
	`id` text PRIMARY KEY NOT NULL,
	`house_id` text NOT NULL,
	`device_id` text,
	`kind` text NOT NULL,
	`name` text,
	`state` text NOT NULL,
	`rings_at` integer NOT NULL,
	`duration_ms` integer,
	`wall_time` text,
	`zone` text,
	`clock_known` integer NOT NULL,
	`rang_at` integer,
	`ended_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`house_id`) REFERENCES `houses`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`device_id`) REFERENCES `devices`(`id`) ON UPDATE no action ON DELETE set null
) STRICT;
--> statement-breakpoint
CREATE INDEX `ix_timers_state` ON `timers` (`state`,`rings_at`);--> statement-breakpoint
CREATE INDEX `ix_timers_house` ON `timers` (`house_id`);--> statement-breakpoint
CREATE INDEX `ix_timers_device` ON `timers` (`device_id`);--> statement-breakpoint
CREATE INDEX `ix_timers_ended` ON `timers` (`ended_at`);--> statement-breakpoint
CREATE TABLE `voice_notes` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`house_id` text NOT NULL,
	`device_id` text,
	`note` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`house_id`) REFERENCES `houses`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`device_id`) REFERENCES `devices`(`id`) ON UPDATE no action ON DELETE set null
) STRICT;
--> statement-breakpoint
CREATE INDEX `ix_voice_notes_house` ON `voice_notes` (`house_id`,`id`);--> statement-breakpoint
CREATE INDEX `ix_voice_notes_device` ON `voice_notes` (`device_id`);