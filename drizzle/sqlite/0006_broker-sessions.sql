CREATE TABLE `broker_sessions` (
	`client_id` text PRIMARY KEY NOT NULL,
	`began_at` integer NOT NULL
) STRICT;
