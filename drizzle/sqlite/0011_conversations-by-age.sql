CREATE INDEX `ix_sessions_created` ON `sessions` (`created_at`);--> statement-breakpoint
CREATE INDEX `ix_turns_started` ON `turns` (`started_at`);