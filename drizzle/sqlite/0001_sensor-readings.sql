-- Readings in full, one row each, as the house's documents describe them.
CREATE VIEW sensor_readings AS
SELECT
  r.id,
  s.device_id,
  s.sensor,
  s.sensor_type,
  s.entity_id,
  r.value,
  s.unit,
  coalesce(r.quality, 1.0) AS quality,
  r.reading_time,
  coalesce(r.metadata, '{}') AS metadata,
  r.received_at AS created_at,
  r.received_at AS updated_at
FROM readings r
JOIN reading_series s ON s.id = r.series_id;
