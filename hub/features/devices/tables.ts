import type { AnySQLiteColumn } from 'drizzle-orm/sqlite-core'
import {
  appendId,
  emptyList,
  emptyObject,
  flag,
  integer,
  json,
  management,
  real,
  sealed,
  secret,
  stamps,
  text,
  textId,
  time,
  volatile,
} from '../../store/columns.ts'
import { core, sql } from '../../store/drizzle.ts'
import { syncedTable } from '../../store/synced-table.ts'
import { houses, people, rooms } from '../house/tables.ts'
import { personas } from '../personas/tables.ts'
import { users } from '../users/tables.ts'

export const deviceGroups = syncedTable(
  'device_groups',
  'down',
  {
    id: textId(),
    /** `null`: of the whole hub, as central gives them. */
    house_id: text().references(() => houses.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    description: text(),
    settings: json<Record<string, unknown>>().notNull().default(emptyObject),
    owner_id: text().references(() => users.id, { onDelete: 'set null' }),
    ...management(),
    ...stamps(),
  },
  { extras: (t) => [core.index('ix_device_groups_house').on(t.house_id)] },
)

/** What the hub needs to be let in by a device. Sealed, never leaves this database, and goes with its last device. */
export const deviceCredentials = syncedTable('device_credentials', 'local', {
  id: textId(),
  credential_type: text().notNull(),
  encrypted_data: sealed().notNull(),
  access_token_encrypted: sealed(),
  refresh_token_encrypted: sealed(),
  token_expires_at: time(),
  ...stamps(),
})

export const devices = syncedTable(
  'devices',
  'mutable',
  {
    /** The name plus a random tail, made at joining, never changed. */
    id: textId(),
    house_id: text()
      .notNull()
      .references(() => houses.id, { onDelete: 'cascade' }),
    room_id: text().references(() => rooms.id, { onDelete: 'set null' }),
    group_id: text().references(() => deviceGroups.id, { onDelete: 'set null' }),
    owner_id: text().references(() => users.id, { onDelete: 'set null' }),
    /** Who has it with them: its connection says whether they are at home. */
    carried_by: text().references(() => people.id, { onDelete: 'set null' }),
    /** The device this one is reached through. */
    hub_id: text().references((): AnySQLiteColumn => devices.id, { onDelete: 'set null' }),
    name: text().notNull(),
    user_description: text(),
    location: text(),
    /** raspberry_pi, smart_speaker, tablet, custom. */
    device_type: text().notNull().default('custom'),
    device_class: text().notNull(),
    detected_brand: text(),
    detected_model: text(),
    integration_type: text().notNull(),
    connection_method: text(),
    requires_hub: flag().notNull().default(false),
    api_endpoint: text(),
    supported_features: json<string[]>().notNull().default(emptyList),
    capabilities: json<string[]>().notNull().default(emptyList),
    capability_details: json<Record<string, unknown>>().notNull().default(emptyObject),
    requires_auth: flag().notNull().default(false),
    auth_method: text(),
    config_data: json<Record<string, unknown>>().notNull().default(emptyObject),
    credentials_id: text().references(() => deviceCredentials.id, { onDelete: 'set null' }),
    auth_token_hash: secret(),
    /** online, offline, busy, error. */
    status: text().notNull().default('offline'),
    status_reason: text().notNull().default('never_connected'),
    status_since: time().notNull(),
    current_state: volatile(json<Record<string, unknown>>().notNull().default(emptyObject)),
    last_seen: volatile(time()),
    last_heartbeat: volatile(time()),
    last_error: text(),
    discovery_method: text().notNull(),
    discovery_confidence: real().notNull().default(1),
    active_persona_id: text().references(() => personas.id),
    /** Without foreign key: the session may be gone. */
    active_session_id: text(),
    /** Connects of the newest birth; wills of older connects are ignored. */
    connects: integer().notNull().default(0),
    revoked_at: time(),
    ...stamps(),
  },
  {
    named: { active_session_id: { table: 'sessions', owned: false } },
    owns: { credentials_id: deviceCredentials },
    searched: { columns: ['name', 'user_description', 'detected_brand', 'detected_model'], by: 'anywhere' },
    extras: (t) => [
      core.index('ix_devices_house_integration').on(t.house_id, t.integration_type),
      core.index('ix_devices_status').on(t.status),
      core.index('ix_devices_device_class').on(t.device_class),
      core.index('ix_devices_discovery_method').on(t.discovery_method),
      core.index('idx_device_group').on(t.group_id),
      core.index('idx_device_owner').on(t.owner_id),
      core.index('ix_devices_room').on(t.room_id),
      core.index('ix_devices_carried_by').on(t.carried_by),
      core.index('ix_devices_hub').on(t.hub_id),
      core.check('devices_discovery_confidence', sql`discovery_confidence >= 0 AND discovery_confidence <= 1`),
    ],
  },
)

/** One measurable or switchable thing of a device. */
export const deviceEntities = syncedTable(
  'device_entities',
  'mutable',
  {
    id: textId(),
    device_id: text()
      .notNull()
      .references(() => devices.id, { onDelete: 'cascade' }),
    /** Who says what it is and how: `lares` its own device, else the key of a bridge or connection. */
    source: text().notNull().default('lares'),
    /** As Home Assistant names it: `sensor.kitchen_pi_x7k2m9_cpu_temperature`. Unique within its source. */
    entity_id: text().notNull(),
    /** What stays when its source gives it another entity id: `00:17:88:01/light`. Unique within its source. */
    unique_id: text(),
    /** What it is called on topics and in commands, `[a-z0-9_]{1,40}`: unique within its device, and never changed. */
    key: text().notNull().default(''),
    name: text().notNull(),
    entity_type: text().notNull(),
    device_class: text(),
    /** The kind of what it measures, as `reading_series` has it; `null`: its states are words. */
    sensor_type: text(),
    /** The newest state in words: `21.5`, `on`, `unavailable`. */
    state: volatile(text()),
    attributes: volatile(json<Record<string, unknown>>().notNull().default(emptyObject)),
    /** The newest state as its topic shows it, without the attributes. */
    latest: volatile(json<Record<string, unknown>>()),
    unit_of_measurement: text(),
    icon: text(),
    is_enabled: flag().notNull().default(true),
    is_visible: flag().notNull().default(true),
    ...stamps(),
  },
  {
    extras: (t) => [
      core.uniqueIndex('ux_device_entities_entity_id').on(t.entity_id, t.source),
      core.uniqueIndex('ux_device_entities_unique_id').on(t.unique_id, t.source),
      core.uniqueIndex('ux_device_entities_key').on(t.device_id, t.key),
      core.index('ix_device_entities_entity_type').on(t.entity_type),
      // People name entities by name; those of one device may be thousands.
      core.index('ix_device_entities_device_id').on(t.device_id, t.name),
    ],
  },
)

/**
 * The last that was said about each thing that can be wrong with a device, open or ended: what comes late must not undo what
 * is newer.
 */
export const deviceAlarms = syncedTable(
  'device_alarms',
  'local',
  {
    device_id: text()
      .notNull()
      .references(() => devices.id, { onDelete: 'cascade' }),
    /** Type of the alarm with its source and sensor. */
    subject: text().notNull(),
    event_type: text().notNull(),
    source: text(),
    sensor: text(),
    severity: text().notNull(),
    description: text().notNull(),
    /** `null`: it is not open. */
    since: time(),
    /** Epoch and number of the outbox's row that said it last; `null` where it came from elsewhere. */
    epoch: text(),
    seq: integer(),
    /** When that happened. */
    at: time().notNull(),
  },
  { key: 'device_id', extras: (t) => [core.primaryKey({ columns: [t.device_id, t.subject] })] },
)

/** A code by which one device may join, for ten minutes. Only its hash is kept. */
export const invitations = syncedTable(
  'invitations',
  'local',
  {
    id: textId(),
    code_hash: secret().notNull(),
    name: text().notNull(),
    device_type: text().notNull(),
    house_id: text()
      .notNull()
      .references(() => houses.id, { onDelete: 'cascade' }),
    invited_by: text(),
    expires_at: time().notNull(),
    tries: integer().notNull().default(0),
    used_at: time(),
    /** Hash of the secret it was used with: the same secret gets the same answer again. */
    used_secret_hash: secret(),
    device_id: text().references(() => devices.id, { onDelete: 'cascade' }),
    created_at: time().notNull(),
  },
  { named: { invited_by: { table: 'users', owned: false } } },
)

/**
 * The last applied sequence of each outbox lane: at or below it is a duplicate. What moved it since this was written stands on the
 * rows that moved it, by the lane's id here, which is never given twice.
 */
export const deviceStreams = syncedTable(
  'device_streams',
  'local',
  {
    id: appendId(),
    device_id: text()
      .notNull()
      .references(() => devices.id, { onDelete: 'cascade' }),
    epoch: text().notNull(),
    lane: text().notNull(),
    last_seq: integer().notNull(),
    updated_at: time().notNull(),
  },
  { extras: (t) => [core.uniqueIndex('ux_device_streams').on(t.device_id, t.epoch, t.lane)] },
)
