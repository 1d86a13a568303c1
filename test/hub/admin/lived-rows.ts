import { prepareRows } from '../../../hub/features/import/prepare-rows.ts'
import type { VoiceBeside } from '../../../hub/features/voice/beside.ts'
import { secretAt } from '../../../hub/secrets/secret-reader.ts'
import { START } from '../engine/engine-in-memory.ts'
import { KeysInMemory } from '../secrets/keys-in-memory.ts'

export const HUB = { addresses: ['192.168.1.2:8883'], warnings: [], pin: 'p'.repeat(43) }
export const AREAS = ['devices', 'readings']
export const STREAM = { stream: 'events', epoch: 1, position: 7, rows_behind: 2, seconds_behind: 3 }

/** A job that failed. */
export const JOB = `INSERT OR IGNORE INTO jobs (id, kind, key, state, delivery, payload, idempotency_key, attempts, ready_at, ready_mono, last_code, last_error, enqueued_at, ended_at)
  VALUES (1, 'letter', 'anna', 'failed', 'at_least_once', '{"text":"x"}', 'k', 3, ${START}, 0, 'unreachable', 'nobody answers', ${START}, ${START})`

/** A follower that has not had a row yet, and one that nobody wants any more. */
export const FOLLOWER = `INSERT OR IGNORE INTO followers (name, kind, table_name, stored_at, position, epoch, is_wanted, hold_days, hold_rows)
  VALUES ('influx', 'outside', 'readings', 'received_at', 0, 'e', 1, 7, 1000), ('webhooks', 'outside', 'events', 'created_at', 0, 'e', 0, 7, 1000)`
export const GAP = `INSERT OR IGNORE INTO follower_gaps (id, follower, table_name, first_id, last_id, rows, reason, began_at, ended_at)
  VALUES (1, 'influx', 'readings', 1, 2, 2, 'purged', ${START}, ${START})`
export const KEYS = new KeysInMemory()
export const sealedToken = KEYS.keyring().seal(Buffer.from('token'), secretAt('home-assistant'))
/** A list of one lamp, without anything to seal. */
export const LIST = prepareRows([{ name: 'Sofa lamp', type: 'light', brand: 'Philips' }], {
  ...{ keyring: KEYS.keyring(), now: START },
  makeKey: () => KEYS.make(),
})
/** A secret whose key is gone. */
export const SECRET = `INSERT OR IGNORE INTO secrets (name, value, created_at, updated_at) VALUES ('home-assistant', 'sealed1:k9-aaaaaaaa:x', ${START}, ${START})`
/** A command that was done. */
export const COMMAND = `INSERT OR IGNORE INTO control_actions (id, device_id, command_id, action_type, command, parameters, status, executed_at, completed_at, result, created_at, updated_at)
  VALUES (1, 'kitchen-pi', 'c1', 'command', 'identify', '{"seconds":5}', 'completed', ${START}, ${START}, '{"ok":true}', ${START}, ${START})`

/** A browser that Anna is logged in with. */
export const BROWSER = `INSERT OR IGNORE INTO web_sessions (id, user_id, cookie_hash, address, agent, created_at, last_used_at, expires_at)
  VALUES ('w1', 'anna', 'CANARY-cookie', '192.168.1.20', 'Firefox', ${START}, ${START}, ${START + 90 * 86_400_000})`

/** A place with a backup, of which nobody has read anything yet. */
export const ARCHIVE = 'lares-home-019b76da-20260101T000000Z.tar.age'
export const PLACE = `INSERT OR REPLACE INTO hub_settings (key, value) VALUES ('backups:stick', '{"archives":[{"name":"${ARCHIVE}","bytes":1000,"made_at":${START},"verified_at":${START},"opened_at":null,"fault":null}],"due_at":${START},"since":${START}}')`

/** What was written on the first day. */
export const WRITTEN = `INSERT OR REPLACE INTO wear_days (id, began_at, written_at, written) VALUES (${START / 86_400_000}, ${START}, ${START + 3_600_000}, '{"readings":{"commits":1200,"bytes":5000000}}')`
export const CARD = {
  ...{ device: 'mmcblk0', model: 'SD32G', device_bytes: 32e9, written_since_boot_bytes: 9e9 },
  ...{ up_ms: 86_400_000, life_used_percent: null, spare_blocks: null },
}

/** A lamp on a relay. */
export const OUTPUT = `INSERT OR IGNORE INTO device_entities (id, device_id, entity_id, unique_id, key, name, entity_type, created_at, updated_at)
  VALUES ('e1', 'kitchen-pi', 'light.kitchen_pi_lamp', 'kitchen-pi_lamp', 'lamp', 'Lamp', 'light', ${START}, ${START})`

/** A lamp with colours and a blind that a bridge speaks for. */
export const TOLD = `INSERT OR IGNORE INTO device_entities (id, device_id, source, entity_id, unique_id, key, name, entity_type, created_at, updated_at)
  VALUES ('e2', 'kitchen-pi', 'home', 'light.sofa', 'light/2', 'sofa', 'Sofa', 'light', ${START}, ${START}),
    ('e3', 'kitchen-pi', 'home', 'cover.blind', 'cover/3', 'blind', 'Blind', 'cover', ${START}, ${START});
  INSERT OR IGNORE INTO entity_orders (entity_id, orders, limits) VALUES
    ('e2', '["on","off","level","color","color_temperature","effect"]', '{"effect":{"options":["colorloop"]}}'),
    ('e3', '["open","close","stop","position","tilt"]', '{}')`

/** A lamp that a bridge announced. */
export const LAMP = `INSERT OR IGNORE INTO maker_sources (key, dialect, house_id, is_online, since, created_at, updated_at) VALUES ('zigbee2mqtt', 'zigbee2mqtt', (SELECT id FROM houses ORDER BY created_at, id LIMIT 1), 1, ${START}, ${START}, ${START});
  INSERT OR IGNORE INTO maker_devices (id, source, identity, identities, dialect, name, brand, entities, status, first_heard_at, last_heard_at, announced)
    VALUES ('m1', 'zigbee2mqtt', 'zigbee2mqtt_0x1', '["zigbee2mqtt_0x1"]', 'zigbee2mqtt', 'Lamp', 'IKEA', 1, 'waiting', ${START}, ${START},
      '{"entities":[{"uniqueId":"light/0x1","entityId":"light.lamp","name":null,"component":"light","deviceClass":null,"icon":null,"enabled":true,"category":null,"measures":null,"orders":["on","off","level"],"options":null,"range":null}],"not_connected":[]}')`

/** Something that is wrong, of which somebody was told. */
export const ALERT = `INSERT OR IGNORE INTO alerts (id, rule, subject, kind, severity, house_id, device_id, name, says, is_open, occurrence, raised_at)
  VALUES (1, 'device-offline', 'kitchen-pi', 'device_offline', 'warning', (SELECT id FROM houses ORDER BY created_at, id LIMIT 1), 'kitchen-pi', 'Kitchen Pi', 'Kitchen Pi is offline', 1, 1, ${START});
  INSERT OR IGNORE INTO alert_tellings (alert_id, target, told, told_at) VALUES (1, 'phone', 'raised', ${START})`
export const TARGETS = {
  targets: { phone: { kind: 'ntfy', topic: 'x', url: 'http://127.0.0.1:9', least: 'info', default: true } },
}

export const PLAIN = { server: '192.168.1.5:1883', warnings: [] }
/** Somebody is working at the next version of the companion. */
export const DRAFT = `INSERT OR IGNORE INTO persona_drafts (persona_id, definition, based_on, created_at, updated_at)
  VALUES ('companion', '{"name":"Companion","system_prompt":"Be brief."}', '1.0.0', ${START}, ${START})`
/** Two programs that log in at the hub's own broker. */
export const BRIDGE = ['zigbee2mqtt:zigbee2mqtt:zigbee2mqtt:[]', 'esphome:homeassistant:homeassistant:["esphome"]']
  .map((text) => text.split(':'))
  .map(
    (
      [name, dialect, prefix, beside],
      at,
    ) => `INSERT OR IGNORE INTO bridges (id, name, dialect, prefix, beside, house_id, secret_hash, created_at, updated_at)
  VALUES ('b${at + 1}', '${name}', '${dialect}', '${prefix}', '${beside}', (SELECT id FROM houses ORDER BY created_at, id LIMIT 1), 'x', ${START}, ${START})`,
  )
  .join(';')

/** Something stands at another broker. */
export const SHOWN = `INSERT OR IGNORE INTO homeassistant_topics (place, topic, device, updated_at) VALUES ('mqtt://192.168.1.5:1883', 'ha/x', 'x', ${START})`

const HOME = '(SELECT id FROM houses ORDER BY created_at, id LIMIT 1)'
export const ANNA = `INSERT OR IGNORE INTO people (id, house_id, user_id, name, role, created_at, updated_at) VALUES ('p1', ${HOME}, 'anna', 'Anna', 'owner', 0, 0)`
/** A room with a device in it, and a group. */
export const ROOMS = `INSERT OR IGNORE INTO rooms (id, house_id, name, room_type, created_at, updated_at) VALUES ('r1', ${HOME}, 'Kitchen', 'kitchen', 0, 0);
  INSERT OR IGNORE INTO device_groups (id, house_id, name, created_at, updated_at) VALUES ('g1', ${HOME}, 'Day', 0, 0);
  UPDATE devices SET room_id = 'r1' WHERE id = 'kitchen-pi'`

/** Something to be remembered. */
/** The kitchen's device can speak. */
export const SPEAKER = "UPDATE devices SET capabilities = '[\"audio_output\"]' WHERE id = 'kitchen-pi'"
export const NOTE = `INSERT OR IGNORE INTO voice_notes (id, house_id, note, created_at) VALUES (1, ${HOME}, 'the key is under the mat', ${START})`
/** What a device is called, too. */
export const SPOKEN_NAME = `INSERT OR IGNORE INTO spoken_names (id, name, device_id, created_at) VALUES (1, 'big light', 'kitchen-pi', ${START})`
/** Something that is to ring. */
export const TIMER = `INSERT OR IGNORE INTO timers (id, house_id, device_id, kind, name, state, rings_at, duration_ms, clock_known, created_at, updated_at)
  VALUES ('t1', ${HOME}, 'kitchen-pi', 'timer', 'pasta', 'waiting', ${START + 600_000}, 600000, 1, ${START}, ${START})`
/** Somebody talks in the kitchen; another conversation came to the hall a moment ago. */
export const TALK = `INSERT OR IGNORE INTO devices (id, house_id, name, device_class, integration_type, status_since, discovery_method, created_at, updated_at)
    VALUES ('hall-pi', ${HOME}, 'Hall', 'speaker', 'lares', 0, 'manual', 0, 0);
  UPDATE devices SET status = 'online', capabilities = '["audio_input","audio_output"]';
  INSERT OR IGNORE INTO sessions (id, device_id, persona_id, persona_version, created_at, updated_at) VALUES ('talk', 'kitchen-pi', 'companion', '1.0.0', ${START + 1}, ${START});
  UPDATE sessions SET state = 'active', device_id = 'hall-pi', handoff_history =
    '[{"from":"kitchen-pi","to":"hall-pi","by":"local","prepared_at":1,"committed_at":${START},"abandoned_at":null,"reason":null,"is_back":false}]' WHERE id = 'a-session'`

const HEALTHY = { state: 'ok', error: null, tookMs: 120, worked: 3, failed: 0 } as const
/** What hears and speaks, as the front knows it. */
export const VOICE_ENGINES: VoiceBeside['engines'] = {
  hear: [{ key: 'moonshine', name: 'moonshine base', languages: ['en'], isInstalled: true, health: HEALTHY }],
  speak: [{ key: 'flite', name: 'flite', languages: ['en'], isInstalled: true, health: HEALTHY }],
  answer: [],
}
