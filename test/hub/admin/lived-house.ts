import { expect } from 'vitest'
import { writeSyncIdentity } from '../../../hub/engine/sync-memory.ts'
import { NO_IDENTITY } from '../../../hub/engine/sync-step.ts'
import { alertMessage } from '../../../hub/features/alerts/message-job.ts'
import { BACKUP_JOBS } from '../../../hub/features/backups/job-kinds.ts'
import { NOTHING_RESTORED } from '../../../hub/features/backups/restore-desk.ts'
import { SYNC_OFF } from '../../../hub/sync/sync-status.ts'
import { openTestHouse, reading, START, type TestHouse } from '../engine/engine-in-memory.ts'
import {
  ALERT,
  ANNA,
  ARCHIVE,
  AREAS,
  BRIDGE,
  BROWSER,
  CARD,
  COMMAND,
  DRAFT,
  FOLLOWER,
  GAP,
  HUB,
  JOB,
  KEYS,
  LAMP,
  LIST,
  OUTPUT,
  PLACE,
  PLAIN,
  ROOMS,
  SECRET,
  SHOWN,
  STREAM,
  sealedToken,
  TALK,
  TARGETS,
  TIMER,
  TOLD,
  WRITTEN,
} from './lived-rows.ts'
import { KNOWN_VOICE } from './lived-voice.ts'

/** What the front prepares for a command, and what its first example answers in a house that lived a little. */
export const KNOWN: Readonly<Record<string, { before?: string; prepared?: unknown; expect: unknown }>> = {
  ...KNOWN_VOICE,
  'admin/describe': { expect: { commands: expect.arrayContaining([expect.objectContaining({ verb: 'describe' })]) } },
  'timers/add': { expect: { kind: 'timer', name: 'pasta', left_ms: 600_000, device: expect.any(String) } },
  'timers/list': { before: TIMER, expect: { timers: [{ name: 'pasta', kind: 'timer', state: 'waiting' }] } },
  'timers/cancel': { before: TIMER, expect: { name: 'pasta', state: 'cancelled' } },
  'devices/invite': {
    prepared: HUB,
    expect: { join: expect.stringMatching(/^lares edge join lares1\.\S+$/), warnings: [] },
  },
  'devices/create': {
    expect: { device: expect.stringMatching(/^garden-/), secret: expect.stringMatching(/^[\w-]{43}$/) },
  },
  'backups/list': {
    before: PLACE,
    expect: { backups: [{ place: 'stick', name: ARCHIVE, bytes: 1_000, opened_at: null }] },
  },
  'backups/places': {
    before: PLACE,
    prepared: [],
    expect: { places: [{ place: 'stick', state: null, backups: 1, newest: START }], checks: [] },
  },
  'backups/make': { before: PLACE, expect: { jobs: [{ place: 'stick', job: expect.any(Number) }] } },
  'backups/how-to-restore': {
    before: PLACE,
    expect: { place: 'stick', name: ARCHIVE, type: expect.arrayContaining(['sudo systemctl stop lares-hub']) },
  },
  'backups/restore': {
    before: PLACE,
    prepared: 'a ticket',
    expect: { place: 'stick', name: ARCHIVE, made_at: START, see: 'lares backups restoring' },
  },
  'backups/restoring': {
    prepared: NOTHING_RESTORED,
    expect: { state: 'none', name: null, says: [], restored: null },
  },
  'backups/verify': { before: PLACE, expect: { jobs: [{ place: 'stick', job: expect.any(Number) }] } },
  'devices/list': { expect: { devices: [{ id: 'kitchen-pi', is_online: false }] } },
  'devices/find': { expect: { devices: [{ id: 'kitchen-pi' }] } },
  'devices/show': {
    expect: { device: { id: 'kitchen-pi' }, entities: [{ entity_id: 'sensor.kitchen_pi_cpu_temperature' }] },
  },
  'devices/switch': { expect: { device: 'kitchen-pi', command: 'switch', state: 'pending', value: null } },
  'entities/set': {
    before: `${OUTPUT};${TOLD}`,
    expect: { device: 'kitchen-pi', command: 'switch', state: 'pending' },
  },
  'devices/command': { expect: { device: 'kitchen-pi', command: 'identify', state: 'pending' } },
  'devices/log': { expect: { device: 'kitchen-pi', state: 'away', lines: [] } },
  'devices/restart': { expect: { device: 'kitchen-pi', command: 'restart', state: 'pending' } },
  'devices/configure': {
    expect: { version: 1, settings: [{ setting: 'heartbeat_s', wanted: '60', says: 'not taken yet' }] },
  },
  'devices/commands': {
    before: COMMAND,
    expect: { commands: [{ command: 'identify', state: 'completed', params: 'seconds=5' }] },
  },
  'devices/rename': { expect: { device: 'kitchen-pi', name: 'Kitchen' } },
  'devices/revoke': { expect: { device: 'kitchen-pi' } },
  'devices/erase': { expect: { pseudonym: expect.stringMatching(/^erased-/), see: 'lares erasures list' } },
  'sensors/remove': { expect: { sensor: 'cpu_temperature', entity_id: 'sensor.kitchen_pi_cpu_temperature' } },
  'entities/list': {
    expect: { entities: [{ key: 'cpu_temperature', source: 'lares', device: 'kitchen-pi' }] },
  },
  'hub/status': {
    prepared: { connected: 1 },
    expect: { version: 'test', clock: 'synced', devices: { known: 1, online: 0 }, front: { connected: 1 } },
  },
  'followers/list': {
    before: FOLLOWER,
    expect: { followers: expect.arrayContaining([expect.objectContaining({ name: 'influx', lag_rows: 1 })]) },
  },
  'followers/gaps': { before: GAP, expect: { gaps: [{ follower: 'influx', rows: 2, reason: 'purged' }] } },
  'followers/skip': { before: FOLLOWER, expect: { name: 'influx', rows: 1 } },
  'followers/forget': { before: FOLLOWER, expect: { name: 'webhooks' } },
  'hub/log-level': { expect: { part: 'sync', level: 'debug' } },
  'hub/log': { prepared: ['a line'], expect: { lines: ['a line'] } },
  'hub/wear': {
    before: WRITTEN,
    prepared: CARD,
    expect: { full_days: 0, causes: [{ cause: 'readings', today: 5_000_000 }], card: { device: 'mmcblk0' } },
  },
  'alerts/list': { before: ALERT, expect: { alerts: [{ id: 1, says: 'Kitchen Pi is offline', state: 'open' }] } },
  'alerts/show': { before: ALERT, expect: { alert: { times: 1 }, told: [{ target: 'phone', says: 'was told' }] } },
  'alerts/acknowledge': { before: ALERT, expect: { alert: 1 } },
  'alerts/snooze': { before: ALERT, expect: { alert: 1, until: expect.any(Number) } },
  'alerts/targets': { expect: { targets: [{ target: 'phone', kind: 'ntfy', state: 'nothing sent lately' }] } },
  'alerts/test': { expect: { targets: ['phone'] } },
  'alert-rules/list': {
    expect: { rules: expect.arrayContaining([expect.objectContaining({ id: 'device-offline', is_enabled: true })]) },
  },
  'alert-rules/add': { expect: { rule: 'a-value-is-above-28' } },
  'alert-rules/update': { expect: { rule: 'device-offline' } },
  'alert-rules/remove': { expect: { name: 'Device offline' } },
  'alert-rules/enable': { expect: { rule: 'device-offline' } },
  'alert-rules/disable': { expect: { rule: 'device-offline' } },
  'alert-rules/test': { expect: { targets: ['phone'] } },
  'homeassistant/list': { expect: { places: [{ place: 'hub', gone: 0 }] } },
  'homeassistant/forget': { before: SHOWN, expect: { place: 'mqtt://192.168.1.5:1883', topics: 1 } },
  'bridges/add': {
    prepared: PLAIN,
    expect: {
      bridge: 'zigbee2mqtt',
      topics: ['zigbee2mqtt'],
      house: 'Home',
      user: 'zigbee2mqtt@bridges',
      server: '192.168.1.5:1883',
      password: expect.stringMatching(/^[\w-]{32}$/),
    },
  },
  'bridges/list': {
    before: BRIDGE,
    prepared: ['b1'],
    expect: {
      bridges: [
        { bridge: 'esphome', is_connected: false },
        { bridge: 'zigbee2mqtt', is_connected: true },
      ],
    },
  },
  'bridges/update': { before: BRIDGE, expect: { bridge: 'esphome', topics: ['homeassistant', 'esphome', 'plugs'] } },
  'bridges/password': { before: BRIDGE, prepared: PLAIN, expect: { user: 'zigbee2mqtt@bridges' } },
  'bridges/remove': { before: BRIDGE, expect: { bridge: 'zigbee2mqtt' } },
  'makers/list': { before: LAMP, expect: { makers: [{ name: 'Lamp', status: 'waiting', source: 'zigbee2mqtt' }] } },
  'makers/show': { before: LAMP, expect: { maker: { name: 'Lamp' }, entities: [{ takes: ['on', 'off', 'level'] }] } },
  'makers/accept': { before: LAMP, expect: { accepted: [{ name: 'Lamp', entities: 1 }] } },
  'makers/ignore': { before: LAMP, expect: { name: 'Lamp', identity: 'zigbee2mqtt_0x1' } },
  'makers/sources': { before: LAMP, expect: { sources: [{ source: 'zigbee2mqtt', state: 'online', waiting: 1 }] } },
  'import/devices': {
    prepared: LIST,
    expect: { devices: [{ name: 'Sofa lamp', outcome: 'new', integration: 'hue', device_class: 'light' }], rooms: [] },
  },
  'readings/query': { expect: { series: [{ unit: '°C', readings: [{ value: 20, quality: 1 }] }] } },
  'readings/summary': { expect: { step_ms: 3_600_000, series: [{ unit: '°C', summaries: [{ count: 1 }] }] } },
  'readings/latest': { expect: { readings: [{ device: 'kitchen-pi', value: 20 }] } },
  'readings/received': { expect: { readings: [{ device: 'kitchen-pi', value: 20 }] } },
  'trace/reading': {
    expect: {
      what: expect.stringContaining('20'),
      table: 'readings',
      central: { state: 'waits' },
      rejected: [{ code: 'bad_json' }],
    },
  },
  'trace/event': { expect: { what: 'Hub started', table: 'events', key: '1' } },
  'trace/turn': { expect: { table: 'turns', key: 'a-turn', device: 'kitchen-pi' } },
  'sessions/list': { expect: { sessions: [{ id: 'a-session', turns: [{ duration_ms: 1_500 }] }] } },
  'sessions/show': { before: TALK, expect: { session: 'talk', device: 'kitchen-pi', state: 'active' } },
  'sessions/latency': { expect: { turns: 0, steps: [] } },
  'sessions/pause': { before: TALK, expect: { session: 'talk', state: 'paused', epoch: 2 } },
  'sessions/resume': {
    before: `${TALK}; UPDATE sessions SET state = 'paused' WHERE id = 'talk'`,
    expect: { session: 'talk', state: 'active', epoch: 2 },
  },
  'sessions/end': { before: TALK, expect: { session: 'talk', state: 'ended', epoch: 2 } },
  'sessions/handoff': { before: TALK, expect: { session: 'talk', to: 'hall-pi', state: 'handed_off' } },
  'events/list': { expect: { events: expect.arrayContaining([expect.objectContaining({ title: 'Hub started' })]) } },
  'rejected/list': { expect: { rejected: [{ code: 'bad_json', raw: '{' }] } },
  'retention/show': {
    expect: { classes: expect.arrayContaining([expect.objectContaining({ class: 'readings', days: 30, rows: 1 })]) },
  },
  'retention/set': { expect: { class: 'readings:temperature', days: 'never' } },
  'users/create': { prepared: '$argon2id$hash', expect: { email: 'paul@example.com', role: 'user' } },
  'users/list': { expect: { users: [{ email: 'anna@example.com', is_active: true }] } },
  'users/token': { expect: { user: 'anna', token: expect.stringMatching(/^[\w-]{43}$/) } },
  'users/update': { expect: { user: 'anna' } },
  'users/password': { prepared: '$argon2id$hash', expect: { user: 'anna', ended: 0 } },
  'users/delete': { expect: { user: 'anna' } },
  'users/me': { expect: { kind: 'local', is_administrator: true, houses: [{ may: [{ right: 'administer' }] }] } },
  'users/sessions': {
    before: BROWSER,
    prepared: ['w1'],
    expect: { sessions: [{ agent: 'Firefox', email: 'anna@example.com', is_this: false, is_connected: true }] },
  },
  'users/end-session': { before: BROWSER, expect: { session: 'w1' } },
  'users/end-sessions': { before: BROWSER, expect: { ended: 0 } },
  'events/acknowledge': { expect: { event: 1, acknowledged: 1 } },
  'sessions/delete-recording': { expect: { turn: 'a-turn', messages: 0 } },
  'sessions/recording': {
    expect: { path: expect.stringMatching(/^\/files\/[\w-]{43}$/), name: 'kitchen-pi-a-turn.wav', bytes: 48044 },
  },
  'readings/export': { expect: { path: expect.stringMatching(/^\/files\//), rows: 1 } },
  'hub/fetch-backup': { expect: { path: expect.stringMatching(/^\/files\//), name: 'lares-hub.db' } },
  'users/setup': {
    prepared: { origins: ['https://localhost:8443', 'https://[fd00::5]:8443'], warnings: [], fingerprint: 'AA:BB' },
    expect: {
      link: expect.stringMatching(/^https:\/\/localhost:8443\/#setup=[0-9a-z]{32}$/),
      others: [expect.stringMatching(/^https:\/\/\[fd00::5\]:8443\/#setup=/)],
      warnings: [],
    },
  },
  'users/erase': { expect: { pseudonym: expect.stringMatching(/^erased-/) } },
  'erasures/list': {
    before:
      "INSERT OR IGNORE INTO erasures (id, what, key, reason, state, removed, requested_at) VALUES ('e', 'device', 'old-pi', 'asked', 'central', 7, 5)",
    expect: {
      erasures: [
        {
          what: 'device',
          state: expect.stringMatching(/^waiting for a new backup,.* and for central$/),
          removed: 7,
          done_at: null,
        },
      ],
    },
  },
  'programs/create': {
    prepared: AREAS,
    expect: { rights: 'readings:read', houses: ['Home'], token: expect.stringMatching(/^[\w-]{43}$/) },
  },
  'programs/token': {
    prepared: AREAS,
    before: `INSERT OR IGNORE INTO users (id, email, role, created_at, updated_at) VALUES ('display', 'display@programs', 'device', ${START}, ${START})`,
    expect: { program: 'display', rights: 'read', houses: ['Home'] },
  },
  'programs/list': {
    before: `INSERT OR IGNORE INTO users (id, email, role, created_at, updated_at) VALUES ('display', 'display@programs', 'device', ${START}, ${START})`,
    expect: { programs: [{ name: 'display', rights: null }] },
  },
  'tokens/list': {
    prepared: ['t1'],
    expect: { tokens: [{ name: 'phone', email: 'anna@example.com', is_connected: true }] },
  },
  'tokens/revoke': { expect: { user: 'anna', revoked: ['phone'] } },
  'tokens/revoke-everything': { before: BROWSER, expect: { tokens: 1, browsers: 1, passwords: 0 } },
  'devices/update': { expect: { device: 'kitchen-pi', changed: ['user_description'] } },
  'devices/move': {
    before: ROOMS,
    expect: { device: 'kitchen-pi', house: 'Home', room: null, was: { room: 'Kitchen' } },
  },
  'personas/list': {
    expect: { personas: expect.arrayContaining([expect.objectContaining({ persona: 'companion', state: 'active' })]) },
  },
  'personas/show': { expect: { persona: { persona: 'companion', shown: '1.0.0' }, faults: [] } },
  'personas/create': { expect: { persona: 'butler', see: 'lares personas publish butler' } },
  'personas/edit': { expect: { changes: [{ setting: 'behavior_config.max_sentences', was: '4', now: '2' }] } },
  'personas/publish': { before: DRAFT, expect: { persona: 'companion', version: '1.1.0', was: '1.0.0' } },
  'personas/diff': { before: DRAFT, expect: { from: '1.0.0', to: 'draft', differences: expect.anything() } },
  'personas/rollback': {
    before:
      "UPDATE personas SET current_version = 'none', system_prompt = 'Be brief.' WHERE id = 'companion' AND current_version = '1.0.0'",
    expect: { version: '1.0.1', as: '1.0.0' },
  },
  'personas/activate': { expect: { persona: 'emergency', is_active: true } },
  'personas/deactivate': { expect: { persona: 'medication_nurse', is_active: false, was_active: true } },
  'personas/export': { expect: { format: 'lares-persona-1', persona: 'companion', versions: [{ version: '1.0.0' }] } },
  'personas/import': { expect: { persona: 'butler', version: '1.0.0', was: null, added: ['1.0.0'] } },
  'personas/validate': { expect: { ok: true, faults: [] } },
  'personas/try': { expect: { answer: null, given: [{ role: 'system' }, { content: 'How warm is it?' }] } },
  'groups/list': { before: ROOMS, expect: { groups: [{ name: 'Day', devices: 0, managed_by: 'site' }] } },
  'groups/show': { before: ROOMS, expect: { group: { name: 'Day', settings: {} }, devices: [] } },
  'groups/create': { expect: { name: 'Night' } },
  'groups/update': { before: ROOMS, expect: { group: 'g1', name: 'Daytime' } },
  'groups/assign': { before: ROOMS, expect: { device: 'kitchen-pi', group: 'Day', was: null } },
  'groups/remove': { before: ROOMS, expect: { group: 'g1', devices: 0 } },
  'rooms/list': { before: ROOMS, expect: { rooms: [{ name: 'Kitchen', room_type: 'kitchen', devices: 1 }] } },
  'rooms/show': { before: ROOMS, expect: { room: { name: 'Kitchen', doors: 1 }, devices: [{ id: 'kitchen-pi' }] } },
  'rooms/create': { expect: { name: 'Kitchen' } },
  'rooms/update': { before: ROOMS, expect: { room: 'r1', name: 'Big kitchen' } },
  'rooms/remove': { before: ROOMS, expect: { room: 'r1', devices: 1 } },
  'houses/create': { expect: { name: 'Cottage', timezone: expect.any(String) } },
  'houses/remove': {
    before: `INSERT OR IGNORE INTO houses (id, name, created_at, updated_at) VALUES ('cottage', 'Cottage', ${START + 2}, 0)`,
    expect: { house: 'cottage', name: 'Cottage', devices: 0 },
  },
  'people/show': { before: ANNA, expect: { person: { name: 'Anna', is_present: false }, carries: [] } },
  'people/update': { before: ANNA, expect: { person: 'p1', role: 'owner' } },
  'people/presence': { before: ANNA, expect: { person: 'p1', is_present: true, was_present: false } },
  'houses/list': { expect: { houses: [{ name: 'Home', devices: 1, people: 0 }] } },
  'houses/show': { expect: { house: { name: 'Home' }, people: [] } },
  'houses/update': { expect: { name: 'Cottage' } },
  'people/list': { expect: { people: [] } },
  'people/add': { expect: { name: 'anna', role: 'resident' } },
  'people/remove': { before: ANNA, expect: { person: 'p1' } },
  'search/status': { expect: { indexes: [{ table: 'devices' }, { table: 'events' }] } },
  'search/rebuild': { expect: { tables: ['devices', 'events'] } },
  'secrets/list': {
    before: SECRET,
    expect: { secrets: [{ name: 'home-assistant', is_readable: false }] },
  },
  'secrets/set': { prepared: sealedToken, expect: { name: 'home-assistant', is_new: true } },
  'secrets/remove': { before: SECRET, expect: { name: 'home-assistant' } },
  'secrets/rotate': { expect: { key: expect.stringMatching(/^k2-/), replaces: ['k1-aaaaaaaa'] } },
  'sync/status': {
    prepared: { ...SYNC_OFF, state: 'fenced', streams: [STREAM] },
    expect: { name: 'home', fenced: 'another hub', quarantine: 1, live: { state: 'fenced' }, ledger: [{ rows: 7 }] },
  },
  'sync/yield': {
    before: `INSERT OR IGNORE INTO managed_rows VALUES ('care', 'users', 'u-anna', '{"id":"u-anna","email":"anna@example.com"}', 'taken', 1)`,
    expect: { scope: 'care', key: 'u-anna', replaced: ['anna'] },
  },
  'sync/claim': { expect: { site: 'home' } },
  'sync/verify': {
    prepared: {
      ok: false,
      since: '2026-01-01',
      tables: [{ table: 'events', days: 1, rows: 3 }],
      differences: [{ table: 'events', day: '2026-01-01', hub: 3, central: 2, found: 'missing' }],
    },
    expect: { ok: false },
  },
  'jobs/list': {
    before: JOB,
    expect: { jobs: [{ id: 1, kind: 'letter', state: 'failed', last_error: 'nobody answers', due_at: null }] },
  },
  'jobs/retry': { before: JOB, expect: { id: 1, kind: 'letter', key: 'anna' } },
  'jobs/cancel': { before: JOB, expect: { id: 1, key: 'anna', was: 'failed' } },
  'quarantine/list': { expect: { quarantine: [{ id: 1, table_name: 'devices', code: '22021' }] } },
  'quarantine/retry': { expect: { table: 'devices', key: 'kitchen-pi' } },
  'quarantine/discard': { expect: { table: 'devices', key: 'kitchen-pi' } },
}

/** A house with a device, a person, and one of everything that a command can show. */
export function lived(): TestHouse {
  const house = openTestHouse({
    keys: KEYS,
    jobKinds: [alertMessage, ...BACKUP_JOBS],
    settings: { alerts: TARGETS, backup: { to: { stick: { usb: 'LARES' } } } },
  })
  house.device('kitchen-pi')
  house.db.exec(
    `INSERT INTO users (id, email, hashed_password, role, created_at, updated_at) VALUES ('anna', 'anna@example.com', 'CANARY-password', 'admin', ${START}, ${START})`,
  )
  house.db.exec(
    `INSERT INTO api_tokens (id, user_id, name, token_hash, created_at) VALUES ('t1', 'anna', 'phone', 'CANARY-token', ${START})`,
  )
  house.send(['lares/kitchen-pi/readings', reading(1, 20)], ['lares/kitchen-pi/event', '{'])
  writeSyncIdentity(house.db, { ...NO_IDENTITY, site: 'a-site', name: 'home', epoch: 1, fenced: 'another hub' })
  house.db.exec(
    `INSERT INTO sync_quarantine (table_name, row_key, epoch, stream, code, reason, held_at) VALUES ('devices', 'kitchen-pi', 0, 'changes', '22021', 'NUL', ${START})`,
  )
  house.db.exec(
    `INSERT INTO sync_streams (stream, table_name, epoch, first, position, chain, rows, updated_at) VALUES ('events', 'events', 1, 1, 7, '', 7, ${START});
     INSERT INTO managed_scopes (scope, seq, checked_at, updated_at) VALUES ('fleet', 1, ${START}, ${START});
     INSERT INTO sessions (id, device_id, persona_id, persona_version, state, expires_at, created_at, updated_at)
       SELECT 'a-session', 'kitchen-pi', id, '1', 'ended', ${START}, ${START}, ${START} FROM personas LIMIT 1;
     INSERT INTO turns (id, session_id, device_id, phase, started_at, created_at, updated_at) VALUES ('a-turn', 'a-session', 'kitchen-pi', 'done', ${START}, ${START}, ${START});
     INSERT INTO audio_clips (id, session_id, turn_id, device_id, file, format, duration_ms, bytes, frames, lost_frames, checksum, completeness, created_at, updated_at)
       VALUES ('a-clip', 'a-session', 'a-turn', 'kitchen-pi', '2026/x.wav', 'wav', 1500, 48044, 38, 0, 'x', 'complete', ${START}, ${START});`,
  )
  return house
}
