-- Written by hand. In place: two tables more.
CREATE TABLE `spoken_names` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`name` text NOT NULL,
	`room_id` text,
	`device_id` text,
	`entity_id` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`room_id`) REFERENCES `rooms`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`device_id`) REFERENCES `devices`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`entity_id`) REFERENCES `device_entities`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `ix_spoken_names_room` ON `spoken_names` (`room_id`);--> statement-breakpoint
CREATE INDEX `ix_spoken_names_device` ON `spoken_names` (`device_id`);--> statement-breakpoint
CREATE INDEX `ix_spoken_names_entity` ON `spoken_names` (`entity_id`);--> statement-breakpoint
CREATE TABLE `timer_repeats` (
	`timer_id` text PRIMARY KEY NOT NULL,
	`days` text NOT NULL,
	`clock` text NOT NULL,
	FOREIGN KEY (`timer_id`) REFERENCES `timers`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
