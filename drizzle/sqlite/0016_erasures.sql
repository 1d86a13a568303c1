CREATE TABLE `erasures` (
	`id` text PRIMARY KEY NOT NULL,
	`what` text NOT NULL,
	`key` text NOT NULL,
	`pseudonym` text,
	`traces` text,
	`reason` text NOT NULL,
	`state` text NOT NULL,
	`events_upto` integer DEFAULT 0 NOT NULL,
	`removed` integer DEFAULT 0 NOT NULL,
	`removed_at_central` integer DEFAULT 0 NOT NULL,
	`refused` text,
	`refused_at` integer,
	`requested_at` integer NOT NULL,
	`removed_at` integer,
	`done_at` integer
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `ux_erasures` ON `erasures` (`what`,`key`);