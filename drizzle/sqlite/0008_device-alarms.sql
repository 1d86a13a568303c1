CREATE TABLE `device_alarms` (
	`device_id` text NOT NULL,
	`subject` text NOT NULL,
	`event_type` text NOT NULL,
	`source` text,
	`sensor` text,
	`severity` text NOT NULL,
	`description` text NOT NULL,
	`since` integer,
	`epoch` text,
	`seq` integer,
	`at` integer NOT NULL,
	PRIMARY KEY(`device_id`, `subject`),
	FOREIGN KEY (`device_id`) REFERENCES `devices`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
