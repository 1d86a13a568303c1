-- Rows under the names that the house's documents give them, for those who know these. As the hub's own views, with the site in
-- front and the epoch where keys need one. What is deleted is not in them; what a house keeps only in memory is not at central.
-- With the rights of whoever asks, so that each sees the houses that were granted.

CREATE VIEW lares.sensor_readings WITH (security_invoker = true) AS
SELECT
  r.site_id, r.epoch, r.id, s.device_id, s.sensor, s.sensor_type, s.entity_id, r.value, s.unit,
  coalesce(r.quality, 1.0) AS quality, r.reading_time, coalesce(r.metadata, '{}') AS metadata, r.received_at AS created_at,
  r.received_at AS updated_at
FROM lares.readings r
JOIN lares.reading_series s ON s.site_id = r.site_id AND s.epoch = r.series_epoch AND s.id = r.series_id;

CREATE VIEW lares.devices_compat WITH (security_invoker = true) AS
SELECT
  site_id, id, house_id, room_id, group_id, owner_id, hub_id, name, name AS user_name, user_description, location, device_type,
  device_class, detected_brand, detected_model, integration_type, connection_method, requires_hub, api_endpoint,
  supported_features, capabilities, capability_details, requires_auth, auth_method, config_data, credentials_id, status,
  status IN ('online', 'busy') AS is_online, last_error, discovery_method, discovery_confidence, active_persona_id,
  active_session_id, created_at, updated_at
FROM lares.devices
WHERE deleted_at IS NULL;

-- An event without a house is the hub's own. Who knows events by their house finds it with the first one.
CREATE VIEW lares.events_compat WITH (security_invoker = true) AS
SELECT
  e.site_id, e.epoch, e.id,
  coalesce(e.house_id, (SELECT h.id FROM lares.houses h WHERE h.site_id = e.site_id AND h.deleted_at IS NULL
    ORDER BY h.created_at, h.id COLLATE "C" LIMIT 1)) AS house_id,
  e.device_id, e.entity_id, e.user_id, e.session_id, e.event_type, e.category, e.severity, e.title, e.description, e.source,
  e.event_data, e.old_state, e.new_state, e.state_attributes, e.context, e.processed, e.processed_at, e.processing_error,
  e.acknowledged_by, e.timestamp, e.created_at, e.updated_at, e.event_data AS payload, 0 AS partition_key
FROM lares.events e;

CREATE VIEW lares.houses_compat WITH (security_invoker = true) AS
SELECT
  site_id, id, name, address, location, square_footage, num_rooms, num_floors, timezone, preferences, capabilities,
  setup_completed, last_interview_date, created_at, updated_at, preferences AS owner_preferences
FROM lares.houses
WHERE deleted_at IS NULL;

GRANT SELECT ON lares.sensor_readings, lares.devices_compat, lares.events_compat, lares.houses_compat TO lares_person;
