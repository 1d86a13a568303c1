-- Written by hand. SQLite adds no CHECK to a table that is there, and nothing was ever put into this one: it is made anew.
CREATE TABLE `secrets` (
	`name` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	CONSTRAINT "secrets_value_sealed" CHECK(value GLOB 'sealed1:*')
) STRICT;
--> statement-breakpoint
DROP TABLE `device_credentials`;
--> statement-breakpoint
CREATE TABLE `device_credentials` (
	`id` text PRIMARY KEY NOT NULL,
	`credential_type` text NOT NULL,
	`encrypted_data` text NOT NULL,
	`access_token_encrypted` text,
	`refresh_token_encrypted` text,
	`token_expires_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	CONSTRAINT "device_credentials_encrypted_data_sealed" CHECK(encrypted_data GLOB 'sealed1:*'),
	CONSTRAINT "device_credentials_access_token_encrypted_sealed" CHECK(access_token_encrypted GLOB 'sealed1:*'),
	CONSTRAINT "device_credentials_refresh_token_encrypted_sealed" CHECK(refresh_token_encrypted GLOB 'sealed1:*')
) STRICT;
