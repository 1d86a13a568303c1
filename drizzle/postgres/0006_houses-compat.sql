-- Written by hand: the view has the columns that it has in a house.
CREATE OR REPLACE VIEW lares.houses_compat WITH (security_invoker = true) AS
SELECT
  site_id, id, name, address, location, square_footage, num_rooms, num_floors, timezone, preferences, capabilities,
  setup_completed, last_interview_date, created_at, updated_at, preferences AS owner_preferences, removed_at
FROM lares.houses
WHERE deleted_at IS NULL;
