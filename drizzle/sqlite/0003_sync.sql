CREATE TABLE `managed_rows` (
	`scope` text NOT NULL,
	`table_name` text NOT NULL,
	`row_key` text NOT NULL,
	`row` text NOT NULL,
	`refused` text,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`scope`, `table_name`, `row_key`)
) STRICT;
--> statement-breakpoint
CREATE TABLE `managed_scopes` (
	`scope` text PRIMARY KEY NOT NULL,
	`seq` integer NOT NULL,
	`checked_at` integer,
	`updated_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `sync_quarantine` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`table_name` text NOT NULL,
	`row_key` text NOT NULL,
	`epoch` integer NOT NULL,
	`stream` text NOT NULL,
	`code` text NOT NULL,
	`reason` text NOT NULL,
	`state` text DEFAULT 'held' NOT NULL,
	`held_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `ux_sync_quarantine` ON `sync_quarantine` (`table_name`,`row_key`,`epoch`);--> statement-breakpoint
CREATE TABLE `sync_streams` (
	`stream` text NOT NULL,
	`table_name` text NOT NULL,
	`epoch` integer NOT NULL,
	`first` integer NOT NULL,
	`upto` integer,
	`position` integer NOT NULL,
	`chain` text NOT NULL,
	`rows` integer DEFAULT 0 NOT NULL,
	`merged` integer DEFAULT 0 NOT NULL,
	`duplicates` integer DEFAULT 0 NOT NULL,
	`quarantined` integer DEFAULT 0 NOT NULL,
	`bytes` integer DEFAULT 0 NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`epoch`, `stream`)
) STRICT;
--> statement-breakpoint
CREATE INDEX `ix_sync_streams_table` ON `sync_streams` (`table_name`,`epoch`);