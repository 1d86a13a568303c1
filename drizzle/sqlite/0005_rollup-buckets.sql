-- Rollups as people ask for them: the partial sums of late readings merged, one row for each span of time.
CREATE VIEW reading_rollup_buckets AS
SELECT
  r.series_id,
  s.device_id,
  s.sensor,
  s.sensor_type,
  s.unit,
  r.step,
  r.bucket,
  min(r.min) AS min,
  max(r.max) AS max,
  sum(r.sum) / sum(r.count) AS avg,
  sum(r.count) AS count
FROM reading_rollups r
JOIN reading_series s ON s.id = r.series_id
-- Every plain column is named, so that a condition on any of them is applied before rows are gathered.
GROUP BY r.series_id, s.device_id, s.sensor, s.sensor_type, s.unit, r.step, r.bucket;
