/** A house, a device, three readings and an event. */
export const HOUSE_ROWS = `
  INSERT INTO houses (id, name, created_at, updated_at) VALUES ('h', 'Home', 1, 1);
  INSERT INTO devices (id, house_id, name, device_class, integration_type, auth_token_hash, status_since, discovery_method, created_at, updated_at)
    VALUES ('d', 'h', 'Device', 'sensor', 'lares', 'hash', 1, 'manual', 1, 1);
  INSERT INTO reading_series (device_id, sensor, sensor_type, created_at) VALUES ('d', 's', 'number', 1);
  INSERT INTO readings (series_id, reading_time, received_at, value) VALUES (1, 1, 1, 1), (1, 2, 2, 2), (1, 3, 3, 3);
  INSERT INTO events (event_type, category, title, description, source, timestamp, created_at, updated_at) VALUES ('t', 'c', 't', 'd', 'system', 1, 1, 1);
`
