-- Written by hand. In place: a table more.
CREATE TABLE `lost_rows` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`table_name` text NOT NULL,
	`first` integer NOT NULL,
	`upto` integer NOT NULL,
	`position` integer NOT NULL,
	`came_back` integer DEFAULT 0 NOT NULL,
	`absent` integer DEFAULT 0 NOT NULL,
	`left_out` integer DEFAULT 0 NOT NULL,
	`rollup_5m` integer,
	`rollup_1h` integer
) STRICT;
