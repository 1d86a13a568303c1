import { flag, integer, stamps, text, textId, time } from '../../store/columns.ts'
import { core } from '../../store/drizzle.ts'
import { syncedTable } from '../../store/synced-table.ts'
import { devices } from '../devices/tables.ts'
import { houses } from '../house/tables.ts'

/** What is to ring: after a span, or at a time of day. */
export const timers = syncedTable(
  'timers',
  'mutable',
  {
    id: textId(),
    house_id: text()
      .notNull()
      .references(() => houses.id, { onDelete: 'cascade' }),
    /** Where it rings; `null`: nowhere in particular. */
    device_id: text().references(() => devices.id, { onDelete: 'set null' }),
    /** `timer` or `alarm`. */
    kind: text().notNull(),
    /** What somebody called it; `null`: nothing. */
    name: text(),
    /** `waiting`, `ringing`, `done`, `cancelled` or `missed`. */
    state: text().notNull(),
    /** When it rings. Of an alarm it follows from `wall_time`; of a timer from when it was set. */
    rings_at: time().notNull(),
    /** Of a timer: its span in milliseconds. */
    duration_ms: integer(),
    /** Of an alarm: what the clock on the wall shows then, `2026-03-29T07:00`. */
    wall_time: text(),
    /** Of an alarm: the zone in which `rings_at` was reckoned. */
    zone: text(),
    /** Whether the hub's clock was known to be right when it was set. */
    clock_known: flag().notNull(),
    /** When it began to ring, or was found missed. */
    rang_at: time(),
    ended_at: time(),
    ...stamps(),
  },
  {
    extras: (t) => [
      core.index('ix_timers_state').on(t.state, t.rings_at),
      core.index('ix_timers_house').on(t.house_id),
      core.index('ix_timers_device').on(t.device_id),
      core.index('ix_timers_ended').on(t.ended_at),
    ],
  },
)

/** Of an alarm that comes again: on which days, and when. The next is a timer of its own, made as soon as one rings. */
export const timerRepeats = syncedTable('timer_repeats', 'local', {
  timer_id: text()
    .primaryKey()
    .notNull()
    .references(() => timers.id, { onDelete: 'cascade' }),
  /** `mon,tue`: at least one. */
  days: text().notNull(),
  /** What the clock on the wall shows then: `07:00`. */
  clock: text().notNull(),
})
