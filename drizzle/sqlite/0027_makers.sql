-- Written by hand. In place: four tables more.
CREATE TABLE `entity_orders` (
	`entity_id` text PRIMARY KEY NOT NULL,
	`orders` text DEFAULT '[]' NOT NULL,
	`options` text,
	`range` text,
	FOREIGN KEY (`entity_id`) REFERENCES `device_entities`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE TABLE `maker_devices` (
	`id` text PRIMARY KEY NOT NULL,
	`source` text NOT NULL,
	`identity` text NOT NULL,
	`identities` text DEFAULT '[]' NOT NULL,
	`dialect` text NOT NULL,
	`name` text NOT NULL,
	`brand` text,
	`model` text,
	`version` text,
	`via` text,
	`area` text,
	`entities` integer DEFAULT 0 NOT NULL,
	`left_out` integer DEFAULT 0 NOT NULL,
	`status` text NOT NULL,
	`device_id` text,
	`speaks` integer DEFAULT false NOT NULL,
	`is_registered` integer DEFAULT false NOT NULL,
	`given_name` text,
	`refusal` text,
	`first_heard_at` integer NOT NULL,
	`last_heard_at` integer NOT NULL,
	`decided_by` text,
	`decided_at` integer,
	`announced` text DEFAULT '{}' NOT NULL,
	FOREIGN KEY (`source`) REFERENCES `maker_sources`(`key`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`device_id`) REFERENCES `devices`(`id`) ON UPDATE no action ON DELETE set null
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `ux_maker_devices_identity` ON `maker_devices` (`source`,`identity`);--> statement-breakpoint
CREATE INDEX `ix_maker_devices_status` ON `maker_devices` (`source`,`status`,`last_heard_at`);--> statement-breakpoint
CREATE INDEX `ix_maker_devices_device` ON `maker_devices` (`device_id`);--> statement-breakpoint
CREATE INDEX `ix_maker_devices_unregistered` ON `maker_devices` (`is_registered`) WHERE is_registered = 0 AND speaks = 1;--> statement-breakpoint
CREATE TABLE `maker_identities` (
	`identity` text NOT NULL,
	`maker_device` text NOT NULL,
	PRIMARY KEY(`identity`, `maker_device`),
	FOREIGN KEY (`maker_device`) REFERENCES `maker_devices`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `ix_maker_identities_device` ON `maker_identities` (`maker_device`);--> statement-breakpoint
CREATE TABLE `maker_sources` (
	`key` text PRIMARY KEY NOT NULL,
	`dialect` text NOT NULL,
	`house_id` text,
	`is_named` integer DEFAULT true NOT NULL,
	`is_online` integer,
	`reason` text,
	`since` integer,
	`dropped` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`house_id`) REFERENCES `houses`(`id`) ON UPDATE no action ON DELETE set null
) STRICT;
