ALTER TABLE `erasures` ADD `copies_renewed_at` integer;--> statement-breakpoint
ALTER TABLE `erasures` ADD `erased_at_central` integer;--> statement-breakpoint
-- Central was asked only once the copies were there, and what is done was done by both.
UPDATE `erasures` SET `copies_renewed_at` = `removed_at` WHERE `state` IN ('central', 'done');--> statement-breakpoint
UPDATE `erasures` SET `erased_at_central` = `done_at` WHERE `state` = 'done';--> statement-breakpoint
UPDATE `erasures` SET `state` = 'elsewhere' WHERE `state` IN ('copies', 'central');
