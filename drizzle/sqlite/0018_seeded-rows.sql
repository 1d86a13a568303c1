CREATE TABLE `seeded_rows` (
	`table_name` text NOT NULL,
	`row_key` text NOT NULL,
	PRIMARY KEY(`table_name`, `row_key`)
) STRICT;
--> statement-breakpoint
INSERT INTO `seeded_rows` SELECT 'personas', id FROM `personas` WHERE id = 'companion' AND managed_by = 'site' AND updated_at = created_at;--> statement-breakpoint
INSERT INTO `seeded_rows` SELECT 'persona_versions', id FROM `persona_versions` WHERE persona_id = 'companion' AND managed_by = 'site' AND created_by IS NULL AND change_notes = 'Seeded with the first start.';
