-- Written by hand. In place: a table more.
CREATE TABLE `homeassistant_topics` (
	`place` text NOT NULL,
	`topic` text NOT NULL,
	`device` text NOT NULL,
	`parts` text DEFAULT '{}' NOT NULL,
	`taken_back` text DEFAULT '{}' NOT NULL,
	`emptied_at` integer,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`place`, `topic`)
) STRICT;
--> statement-breakpoint
CREATE INDEX `ix_homeassistant_topics_device` ON `homeassistant_topics` (`device`);