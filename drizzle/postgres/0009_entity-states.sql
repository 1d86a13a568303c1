-- What a house keeps in memory and sends nobody: the newest state of its entities and when its devices were last heard, from what
-- it does send. With the rights of whoever asks, so that each sees the houses that were granted.

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
