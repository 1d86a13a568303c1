-- The names that lost where the house's documents disagree, still readable for those who know them.
CREATE VIEW devices_compat AS
SELECT
  id, house_id, room_id, group_id, owner_id, hub_id, name, name AS user_name, user_description, location, device_type, device_class,
  detected_brand, detected_model, integration_type, connection_method, requires_hub, api_endpoint, supported_features, capabilities,
  capability_details, requires_auth, auth_method, config_data, credentials_id, status, status IN ('online', 'busy') AS is_online,
  current_state, last_seen, last_heartbeat, last_error, discovery_method, discovery_confidence, active_persona_id, active_session_id,
  created_at, updated_at
FROM devices;

CREATE VIEW events_compat AS
SELECT events.*, event_data AS payload, 0 AS partition_key FROM events;

CREATE VIEW houses_compat AS
SELECT houses.*, preferences AS owner_preferences FROM houses;
