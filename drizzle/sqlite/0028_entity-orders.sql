-- Written by hand. In place: a table more.
CREATE TABLE `entity_orders` (
	`entity_id` text PRIMARY KEY NOT NULL,
	`orders` text DEFAULT '[]' NOT NULL,
	`options` text,
	`range` text,
	FOREIGN KEY (`entity_id`) REFERENCES `device_entities`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
