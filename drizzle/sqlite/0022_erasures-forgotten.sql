ALTER TABLE `erasures` ADD `forgotten_at` integer;
-- Until now copies were asked for only once the file had forgotten.
UPDATE erasures SET forgotten_at = copies_renewed_at;
