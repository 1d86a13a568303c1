CREATE TABLE `follower_gaps` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`follower` text NOT NULL,
	`table_name` text NOT NULL,
	`first_id` integer NOT NULL,
	`last_id` integer NOT NULL,
	`rows` integer NOT NULL,
	`told_rows` integer DEFAULT 0 NOT NULL,
	`reason` text NOT NULL,
	`error` text,
	`began_at` integer NOT NULL,
	`ended_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `ix_follower_gaps_follower` ON `follower_gaps` (`follower`,`id`);--> statement-breakpoint
CREATE TABLE `followers` (
	`name` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`table_name` text NOT NULL,
	`stored_at` text NOT NULL,
	`position` integer,
	`epoch` text,
	`is_wanted` integer NOT NULL,
	`hold_days` integer NOT NULL,
	`hold_rows` integer NOT NULL,
	`lost_rows` integer DEFAULT 0 NOT NULL,
	`last_code` text,
	`last_error` text,
	`failing_since` integer
) STRICT;
