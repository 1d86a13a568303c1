-- Written by hand. In place: a table more.
CREATE TABLE `wear_days` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`began_at` integer NOT NULL,
	`written_at` integer NOT NULL,
	`written` text NOT NULL
) STRICT;
