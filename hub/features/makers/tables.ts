import { emptyList, emptyObject, flag, integer, json, stamps, text, textId, time } from '../../store/columns.ts'
import { core, sql } from '../../store/drizzle.ts'
import { syncedTable } from '../../store/synced-table.ts'
import { devices } from '../devices/tables.ts'
import { houses } from '../house/tables.ts'
import type { KeptAnnouncement } from './announced.ts'

/** Brokers and bridges that speak for devices of other makers: those that hub.toml names, and those that it named. */
export const makerSources = syncedTable(
  'maker_sources',
  'local',
  {
    key: textId(),
    dialect: text().notNull(),
    /** What it publishes is of this house. `null`: for administrators alone. */
    house_id: text().references(() => houses.id, { onDelete: 'set null' }),
    /** Whether hub.toml names it. */
    is_named: flag().notNull().default(true),
    /** `null`: it has not said so yet. */
    is_online: flag(),
    /** What is wrong with it, in words. */
    reason: text(),
    /** Since when it is online, or is not. */
    since: time(),
    /** States that were dropped: nobody was asked for them, or they came too fast. Written every two minutes. */
    dropped: integer().notNull().default(0),
    ...stamps(),
  },
  { key: 'key' },
)

/** Devices that a source has spoken of. Nothing that is published takes a row away that a person decided on. */
export const makerDevices = syncedTable(
  'maker_devices',
  'local',
  {
    id: textId(),
    source: text()
      .notNull()
      .references(() => makerSources.key, { onDelete: 'cascade' }),
    /** What its source calls it now. Unique within its source. */
    identity: text().notNull(),
    /** Everything that has ever identified it. */
    identities: json<string[]>().notNull().default(emptyList),
    dialect: text().notNull(),
    /** As it was announced; its model or identity where it has no name. */
    name: text().notNull(),
    brand: text(),
    model: text(),
    version: text(),
    /** Identity of the device it is reached through. */
    via: text(),
    area: text(),
    entities: integer().notNull().default(0),
    /** Entities that were announced and are too many. */
    left_out: integer().notNull().default(0),
    /** waiting, accepted, ignored, left. */
    status: text().notNull(),
    device_id: text().references(() => devices.id, { onDelete: 'set null' }),
    /** Whether the device is told of from here: it was accepted from this source. */
    speaks: flag().notNull().default(false),
    /** Whether its entities are those of the device. */
    is_registered: flag().notNull().default(false),
    /** The name that the device was given with the announcement; `null`: a person chose another. */
    given_name: text(),
    /** Why an entity of it was not taken, in words. */
    refusal: text(),
    first_heard_at: time().notNull(),
    last_heard_at: time().notNull(),
    decided_by: text(),
    decided_at: time(),
    /** What it announced: entities, and what is not connected. */
    announced: json<KeptAnnouncement>().notNull().default(emptyObject),
  },
  {
    named: { decided_by: { table: 'users', owned: false } },
    extras: (t) => [
      core.uniqueIndex('ux_maker_devices_identity').on(t.source, t.identity),
      core.index('ix_maker_devices_status').on(t.source, t.status, t.last_heard_at),
      core.index('ix_maker_devices_device').on(t.device_id),
      // Looked for whenever rows may have changed, and hardly ever there.
      core.index('ix_maker_devices_unregistered').on(t.is_registered).where(sql`is_registered = 0 AND speaks = 1`),
    ],
  },
)

/** By what a device is found that is called otherwise now, or is heard of at another source. */
export const makerIdentities = syncedTable(
  'maker_identities',
  'local',
  {
    identity: text().notNull(),
    maker_device: text()
      .notNull()
      .references(() => makerDevices.id, { onDelete: 'cascade' }),
  },
  {
    key: 'identity',
    extras: (t) => [
      core.primaryKey({ columns: [t.identity, t.maker_device] }),
      core.index('ix_maker_identities_device').on(t.maker_device),
    ],
  },
)
