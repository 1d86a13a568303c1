CREATE TABLE `reading_rollups` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`series_id` integer NOT NULL,
	`step` integer NOT NULL,
	`bucket` integer NOT NULL,
	`min` real NOT NULL,
	`max` real NOT NULL,
	`sum` real NOT NULL,
	`count` integer NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`series_id`) REFERENCES `reading_series`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `ix_reading_rollups_bucket` ON `reading_rollups` (`series_id`,`step`,`bucket`);--> statement-breakpoint
CREATE TABLE `retention_settings` (
	`class` text PRIMARY KEY NOT NULL,
	`days` integer,
	`updated_at` integer NOT NULL
) STRICT;
