import { emptyObject, json, text, time } from '../../store/columns.ts'
import { core } from '../../store/drizzle.ts'
import { syncedTable } from '../../store/synced-table.ts'

/**
 * Every retained topic on which something of this house was announced, and where: written before it is published, and there until
 * it was emptied. So nothing stays of what is gone, whenever the hub was killed.
 */
export const homeassistantTopics = syncedTable(
  'homeassistant_topics',
  'local',
  {
    /** `hub`: the hub's own broker, else the address of another one. */
    place: text().notNull(),
    topic: text().notNull(),
    /** Without foreign key: it is emptied after its device is gone, unless that was erased. */
    device: text().notNull(),
    /** Platforms of what stands there, by the part of the announcement. */
    parts: json<Record<string, string>>().notNull().default(emptyObject),
    /** Parts that were taken back lately, with their platform and when. */
    taken_back: json<Record<string, { platform: string; at: number }>>().notNull().default(emptyObject),
    /** Since when it is emptied; `null`: something is to stand there. */
    emptied_at: time(),
    updated_at: time().notNull(),
  },
  {
    key: 'topic',
    named: { device: { table: 'devices', owned: true } },
    extras: (t) => [
      core.primaryKey({ columns: [t.place, t.topic] }),
      core.index('ix_homeassistant_topics_device').on(t.device),
    ],
  },
)
