import { appendId, emptyList, flag, integer, json, real, stamps, text, textId, time } from '../../store/columns.ts'
import { core } from '../../store/drizzle.ts'
import { syncedTable } from '../../store/synced-table.ts'
import { deviceEntities, deviceGroups, devices } from '../devices/tables.ts'
import { houses, rooms } from '../house/tables.ts'

/** When somebody is to be told, who and how soon. It goes with what it is about. */
export const alertRules = syncedTable(
  'alert_rules',
  'local',
  {
    id: textId(),
    name: text().notNull(),
    /** What it watches: a key of `rule-kinds.ts`. */
    kind: text().notNull(),
    /** At most one of these five: none is everything that this hub knows of. */
    house_id: text().references(() => houses.id, { onDelete: 'cascade' }),
    room_id: text().references(() => rooms.id, { onDelete: 'cascade' }),
    group_id: text().references(() => deviceGroups.id, { onDelete: 'cascade' }),
    device_id: text().references(() => devices.id, { onDelete: 'cascade' }),
    entity_id: text().references(() => deviceEntities.id, { onDelete: 'cascade' }),
    /** Only entities with one of these device classes or kinds of sensor; none: all. */
    measures: json<string[]>().notNull().default(emptyList),
    /** The state that an entity is not to have, or the code of a problem; `null`: any. */
    word: text(),
    /** Raised beyond the first, over again at the second. Which way is beyond, its kind says, or the order of the two. */
    on_at: real(),
    off_at: real(),
    /** How long it has to be so before it is raised, seconds. */
    for_s: integer().notNull(),
    /** `info`, `warning` or `critical`. */
    severity: text().notNull(),
    /** Keys of targets in `hub.toml`, each with the minutes without acknowledgement after which it is told. None: all of them. */
    targets: json<{ target: string; after_min: number }[]>().notNull().default(emptyList),
    /** Minutes of the day in the house's zone; `null`: no hours are quiet. */
    quiet_from: integer(),
    quiet_to: integer(),
    /** Told again after so many minutes without acknowledgement; `null`: never. */
    repeat_min: integer(),
    is_enabled: flag().notNull(),
    ...stamps(),
  },
  {
    extras: (t) => [
      core.index('ix_alert_rules_house').on(t.house_id),
      core.index('ix_alert_rules_room').on(t.room_id),
      core.index('ix_alert_rules_group').on(t.group_id),
      core.index('ix_alert_rules_device').on(t.device_id),
      core.index('ix_alert_rules_entity').on(t.entity_id),
    ],
  },
)

/** One row for each thing that a rule ever found wrong, open or over. */
export const alerts = syncedTable(
  'alerts',
  'local',
  {
    id: appendId(),
    /** The rule's id; it may be gone. */
    rule: text().notNull(),
    /** The thing that can fail, among those of its rule. */
    subject: text().notNull(),
    kind: text().notNull(),
    severity: text().notNull(),
    house_id: text().references(() => houses.id, { onDelete: 'cascade' }),
    device_id: text().references(() => devices.id, { onDelete: 'cascade' }),
    entity_id: text().references(() => deviceEntities.id, { onDelete: 'cascade' }),
    /** What people call the thing. */
    name: text().notNull(),
    /** What is wrong with it, or was, in a sentence. */
    says: text().notNull(),
    is_open: flag().notNull(),
    /** How often it was raised. */
    occurrence: integer().notNull(),
    raised_at: time().notNull(),
    ended_at: time(),
    /** How it ended, in a sentence. */
    ended_says: text(),
    acknowledged_at: time(),
    /** The account of who did; `null`: somebody at the machine. */
    acknowledged_by: text(),
    snoozed_until: time(),
    /** When it was raised lately, and since when it comes and goes. */
    lately: json<number[]>().notNull().default(emptyList),
    flapping_since: time(),
  },
  {
    named: { acknowledged_by: { table: 'users', owned: false } },
    extras: (t) => [
      core.uniqueIndex('ux_alerts_rule_subject').on(t.rule, t.subject),
      core.index('ix_alerts_open').on(t.is_open, t.id),
      core.index('ix_alerts_house').on(t.house_id),
      core.index('ix_alerts_device').on(t.device_id),
      core.index('ix_alerts_entity').on(t.entity_id),
      core.index('ix_alerts_acknowledged_by').on(t.acknowledged_by),
      core.index('ix_alerts_ended').on(t.ended_at),
    ],
  },
)

/** What each target was told last of an alert, and what is on its way to it. */
export const alertTellings = syncedTable(
  'alert_tellings',
  'local',
  {
    alert_id: integer()
      .notNull()
      .references(() => alerts.id, { onDelete: 'cascade' }),
    target: text().notNull(),
    /** `raised`, `flapping`, `snoozed` or `ended`; `null`: nothing yet. */
    told: text(),
    told_at: time(),
    /** Whether it arrived, or was given up after a day. */
    is_given_up: flag().notNull().default(false),
    sending: text(),
    /** The job that brings it. */
    job: integer(),
  },
  {
    key: 'alert_id',
    extras: (t) => [
      core.primaryKey({ columns: [t.alert_id, t.target] }),
      core.index('ix_alert_tellings_job').on(t.job),
    ],
  },
)
