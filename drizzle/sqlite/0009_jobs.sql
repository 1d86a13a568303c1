CREATE TABLE `jobs` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`kind` text NOT NULL,
	`key` text NOT NULL,
	`state` text NOT NULL,
	`delivery` text NOT NULL,
	`payload` text NOT NULL,
	`idempotency_key` text NOT NULL,
	`run` text,
	`attempts` integer DEFAULT 0 NOT NULL,
	`due_at` integer,
	`delay_ms` integer DEFAULT 0 NOT NULL,
	`ready_at` integer NOT NULL,
	`ready_mono` real NOT NULL,
	`last_code` text,
	`last_error` text,
	`enqueued_at` integer NOT NULL,
	`started_at` integer,
	`ended_at` integer,
	`kept_until` integer
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `ux_jobs_waiting` ON `jobs` (`kind`,`key`) WHERE state = 'waiting';--> statement-breakpoint
CREATE UNIQUE INDEX `ux_jobs_running` ON `jobs` (`kind`,`key`) WHERE state = 'running';--> statement-breakpoint
CREATE INDEX `ix_jobs_ready` ON `jobs` (`state`,`kind`,`ready_mono`,`id`);--> statement-breakpoint
CREATE INDEX `ix_jobs_kept` ON `jobs` (`kept_until`);