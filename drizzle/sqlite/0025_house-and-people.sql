-- Written by hand. In place: columns more, with what is to happen when a house or a person goes.
ALTER TABLE `device_groups` ADD `house_id` text REFERENCES houses(id) ON DELETE CASCADE;--> statement-breakpoint
CREATE INDEX `ix_device_groups_house` ON `device_groups` (`house_id`);--> statement-breakpoint
ALTER TABLE `devices` ADD `carried_by` text REFERENCES people(id) ON DELETE SET NULL;--> statement-breakpoint
CREATE INDEX `ix_devices_carried_by` ON `devices` (`carried_by`);--> statement-breakpoint
ALTER TABLE `houses` ADD `removed_at` integer;