import {
  appendId,
  emptyList,
  emptyObject,
  flag,
  integer,
  json,
  real,
  stamps,
  text,
  textId,
  time,
} from '../../store/columns.ts'
import { core } from '../../store/drizzle.ts'
import { syncedTable } from '../../store/synced-table.ts'
import { deviceEntities, devices } from '../devices/tables.ts'
import type { Takes } from './entity-orders.ts'

/** What a device was told to do, and what became of it. `decision_id` comes with the decisions. */
export const controlActions = syncedTable(
  'control_actions',
  'append_marks',
  {
    id: appendId(),
    device_id: text()
      .notNull()
      .references(() => devices.id, { onDelete: 'cascade' }),
    /** What the device knows it by. Random: a number of a restored database would be one that it has run already. */
    command_id: text().notNull(),
    /** command, switch, restart. */
    action_type: text().notNull(),
    command: text().notNull(),
    parameters: json<Record<string, unknown>>().notNull().default(emptyObject),
    /** pending, executing, completed, failed. */
    status: text().notNull(),
    /** When it was first sent to the device. */
    executed_at: time(),
    completed_at: time(),
    /** `{ok, value?, error?}` as the device answered; `null`: it did not. */
    result: json<unknown>(),
    error_message: text(),
    ...stamps(),
  },
  {
    extras: (t) => [
      core.index('ix_control_actions_device_status').on(t.device_id, t.status),
      core.index('ix_control_actions_type').on(t.action_type),
      core.index('ix_control_actions_executed_at').on(t.executed_at),
      core.uniqueIndex('ux_control_actions_command').on(t.command_id),
    ],
  },
)

/** Commands that are on their way: held for their device, or sent and not answered. */
export const commandsUnderway = syncedTable(
  'commands_underway',
  'local',
  {
    /** What the device knows it by. */
    id: textId(),
    action_id: integer()
      .notNull()
      .references(() => controlActions.id, { onDelete: 'cascade' }),
    device_id: text()
      .notNull()
      .references(() => devices.id, { onDelete: 'cascade' }),
    /** House time after which nothing of it is run any more. */
    expires_at: time().notNull(),
    /** The same on the monotonic clock, for this life of the hub; `null` before its first second. */
    deadline_mono: real(),
    /** Whether it was published since its device can be reached. */
    told: flag().notNull().default(false),
    /** When it is published again to a device that has no agent; `null`: not again. */
    again_mono: real(),
    /** The request that waits for its outcome; `null`: none. */
    asker: json<unknown>(),
    /** On the monotonic clock, when that is answered at the latest. */
    answer_mono: real(),
  },
  {
    extras: (t) => [
      core.uniqueIndex('ux_commands_underway_action').on(t.action_id),
      core.index('ix_commands_underway_device').on(t.device_id, t.told),
    ],
  },
)

/** What an entity can be told that a bridge or connection speaks for; outputs of agents know it themselves. */
export const entityOrders = syncedTable(
  'entity_orders',
  'local',
  {
    entity_id: text()
      .primaryKey()
      .notNull()
      .references(() => deviceEntities.id, { onDelete: 'cascade' }),
    orders: json<string[]>().notNull().default(emptyList),
    /** Words that it takes; `null`: any. */
    options: json<string[]>(),
    /** Numbers that it takes; `null`: any. */
    range: json<Takes['range']>(),
    /** What other orders of it take. */
    limits: json<Takes['limits']>().notNull().default(emptyObject),
  },
  { key: 'entity_id' },
)

/** What the house wants of a device, and what the device says of it: a row of each that was told something. */
export const deviceSettings = syncedTable(
  'device_settings',
  'mutable',
  {
    id: textId(),
    device_id: text()
      .notNull()
      .references(() => devices.id, { onDelete: 'cascade' }),
    /** Counts up with everything that the device is told. */
    version: integer().notNull(),
    settings: json<Record<string, unknown>>().notNull().default(emptyObject),
    /** All that it was told at this version: name, settings, persona. */
    told: json<unknown>().notNull().default(emptyObject),
    reported_version: integer(),
    reported_settings: json<Record<string, unknown>>().notNull().default(emptyObject),
    refused: json<{ key: string; reason: string }[]>().notNull().default(emptyList),
    reported_at: time(),
    ...stamps(),
  },
  {
    extras: (t) => [core.uniqueIndex('ux_device_settings_device').on(t.device_id)],
  },
)
