-- Written by hand. In place: a table more.
CREATE TABLE `bridges` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`dialect` text NOT NULL,
	`prefix` text NOT NULL,
	`beside` text DEFAULT '[]' NOT NULL,
	`house_id` text NOT NULL,
	`secret_hash` text NOT NULL,
	`last_used_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`house_id`) REFERENCES `houses`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `ux_bridges_name` ON `bridges` (`name`);--> statement-breakpoint
CREATE INDEX `ix_bridges_house` ON `bridges` (`house_id`);