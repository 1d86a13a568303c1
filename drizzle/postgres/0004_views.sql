-- Views for people. Written by hand. With the rights of whoever asks, so that each sees the houses that were granted.

-- What houses keep in memory --------------------------------------------------------------------------------------------

-- And send nobody: the newest state of entities and when devices were last heard, from what a house does send.

CREATE INDEX "ix_events_entity_time" ON lares."events" ("site_id", "entity_id", "timestamp");

-- The newest number and the newest change to a word, whichever is newer. What gives true and false has 1 and 0.
CREATE VIEW lares.entity_states WITH (security_invoker = true) AS
SELECT
  e.site_id, e.id, e.device_id, e.source, e.entity_id, e.unique_id, e.key, e.name, e.entity_type, e.device_class,
  CASE WHEN told.at >= measured.at OR measured.at IS NULL THEN told.state ELSE measured.value::text END AS state,
  coalesce(told.attributes, '{}') AS attributes, e.unit_of_measurement, e.icon, e.is_enabled, e.is_visible,
  greatest(measured.at, told.at) AS state_at, e.created_at, e.updated_at
FROM lares.device_entities e
LEFT JOIN LATERAL (
  SELECT newest.value, newest.reading_time AS at
  FROM lares.reading_series s
  CROSS JOIN LATERAL (
    SELECT r.value, r.reading_time FROM lares.readings r
    WHERE r.site_id = s.site_id AND r.series_epoch = s.epoch AND r.series_id = s.id
    ORDER BY r.reading_time DESC LIMIT 1
  ) newest
  WHERE s.site_id = e.site_id AND s.entity_id = e.id
  ORDER BY newest.reading_time DESC LIMIT 1
) measured ON true
LEFT JOIN LATERAL (
  SELECT v.new_state AS state, v.state_attributes AS attributes, v.timestamp AS at
  FROM lares.events v
  WHERE v.site_id = e.site_id AND v.entity_id = e.id AND v.event_type = 'state_changed'
  ORDER BY v.timestamp DESC LIMIT 1
) told ON true
WHERE e.deleted_at IS NULL;

-- By its newest readings and what it last said in an event; its heartbeats stay in the house.
CREATE VIEW lares.device_last_seen WITH (security_invoker = true) AS
SELECT d.site_id, d.id AS device_id, greatest(measured.at, told.at) AS last_seen
FROM lares.devices d
LEFT JOIN LATERAL (
  SELECT max(newest.received_at) AS at
  FROM lares.reading_series s
  CROSS JOIN LATERAL (
    SELECT r.received_at FROM lares.readings r
    WHERE r.site_id = s.site_id AND r.series_epoch = s.epoch AND r.series_id = s.id
    ORDER BY r.reading_time DESC LIMIT 1
  ) newest
  WHERE s.site_id = d.site_id AND s.device_id = d.id
) measured ON true
LEFT JOIN LATERAL (
  SELECT v.created_at AS at FROM lares.events v
  WHERE v.site_id = d.site_id AND v.device_id = d.id AND v.source = 'device'
  ORDER BY v.created_at DESC LIMIT 1
) told ON true
WHERE d.deleted_at IS NULL;

GRANT SELECT ON lares.entity_states, lares.device_last_seen TO lares_person;

-- Names of the documents ------------------------------------------------------------------------------------------------

-- As the hub's own views, with the site in front and the epoch where keys need one. What is deleted is not in them; what a house
-- keeps only in memory is not at central.

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
