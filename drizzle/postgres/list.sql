-- The list of migrations. It runs after prepare.sql at every `lares central migrate`.
CREATE TABLE IF NOT EXISTS lares.schema_migrations (
  name text PRIMARY KEY,
  hash text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
);
