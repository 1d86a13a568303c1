ALTER TABLE `api_tokens` ADD `rights` text;--> statement-breakpoint
ALTER TABLE `api_tokens` ADD `houses` text;