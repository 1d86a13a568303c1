DROP INDEX `ix_jobs_ready`;--> statement-breakpoint
ALTER TABLE `jobs` ADD `failures` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `jobs` ADD `back_off_mono` real;--> statement-breakpoint
-- What waits after a failure was not replaced since: its attempts are what failed in a row, and it waits for its back-off.
UPDATE `jobs` SET `failures` = `attempts`, `back_off_mono` = `ready_mono` WHERE `state` = 'waiting' AND `last_code` IS NOT NULL;--> statement-breakpoint
CREATE INDEX `ix_jobs_ended` ON `jobs` (`state`,`kind`,`ended_at`,`id`,`kept_until`);--> statement-breakpoint
CREATE INDEX `ix_jobs_figures` ON `jobs` (`kind`,`state`,`ready_at`,`due_at`) WHERE state IN ('waiting', 'running', 'failed');--> statement-breakpoint
CREATE INDEX `ix_jobs_failing` ON `jobs` (`kind`,`failures`) WHERE failures > 0;--> statement-breakpoint
CREATE INDEX `ix_jobs_ready` ON `jobs` (`state`,`kind`,`ready_mono`,`id`,`due_at`,`attempts`,`key`);