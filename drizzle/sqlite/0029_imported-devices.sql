-- Written by hand. In place: a table more.
CREATE TABLE `imported_devices` (
	`id` text PRIMARY KEY NOT NULL,
	`house_id` text NOT NULL,
	`device_id` text,
	`said` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`house_id`) REFERENCES `houses`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`device_id`) REFERENCES `devices`(`id`) ON UPDATE no action ON DELETE set null
) STRICT;
--> statement-breakpoint
CREATE INDEX `ix_imported_devices_device` ON `imported_devices` (`device_id`);--> statement-breakpoint
CREATE INDEX `ix_imported_devices_house` ON `imported_devices` (`house_id`);