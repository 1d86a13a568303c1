-- Written by hand. In place: a table more.
CREATE TABLE `persona_drafts` (
	`persona_id` text PRIMARY KEY NOT NULL,
	`definition` text NOT NULL,
	`based_on` text,
	`edited_by` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`edited_by`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE set null
) STRICT;
