-- Written by hand. In place: one index becomes two, one for each step, and that of an hour has all that a chart shows.
DROP INDEX `ix_reading_rollups_bucket`;--> statement-breakpoint
CREATE INDEX `ix_reading_rollups_5m` ON `reading_rollups` (`series_id`,`bucket`) WHERE step = 300000;--> statement-breakpoint
CREATE INDEX `ix_reading_rollups_1h` ON `reading_rollups` (`series_id`,`bucket`,`min`,`max`,`sum`,`count`) WHERE step = 3600000;
