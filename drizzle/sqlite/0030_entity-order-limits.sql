-- Written by hand. In place: a column more.
ALTER TABLE `entity_orders` ADD `limits` text DEFAULT '{}' NOT NULL;