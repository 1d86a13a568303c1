import { z } from 'zod'
import { time } from '../../../shared/admin/fields.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import { visibleHouses } from '../../query/visibility.ts'
import { isOfBridge } from '../bridges/source-of-bridge.ts'

interface SourceRow {
  key: string
  dialect: string
  house: string | null
  is_named: number
  is_online: number | null
  reason: string | null
  since: number | null
  dropped: number
}

const COUNTED = ['waiting', 'accepted', 'ignored', 'left'] as const

const HOW_TO_BEGIN =
  'Nothing speaks for devices of other makers yet. Name a broker in hub.toml, or let a bridge log in here: lares bridges add zigbee2mqtt. ' +
  'Both ways stand in docs/makers.md.'

export const listSources = adminCommand({
  area: 'makers',
  verb: 'sources',
  needs: 'configure',
  summary: 'Brokers and bridges that speak for devices of other makers, and what is wrong with them',
  params: z.strictObject({}),
  result: z.strictObject({
    /** How to begin, where there is none. */
    says: z.string().optional(),
    sources: z.array(
      z.strictObject({
        source: z.string(),
        state: z.enum(['online', 'away', 'not heard yet', 'not in hub.toml', 'removed']),
        /** Since when. */
        since: time.nullable(),
        /** What is wrong. */
        reason: z.string().nullable(),
        ...{ waiting: z.int(), accepted: z.int(), ignored: z.int(), left: z.int() },
        dialect: z.string(),
        /** `null`: only administrators see what it announces. */
        house: z.string().nullable(),
        /** States that nobody was asked for, and those that came too fast. */
        dropped: z.int(),
      }),
    ),
  }),
  examples: [{ says: 'all', params: {} }],
  changes: false,
  query({ db, caller }) {
    const visible = visibleHouses(caller, 's.house_id')
    const rows = db
      .prepare(
        'SELECT s.key, s.dialect, h.name AS house, s.is_named, s.is_online, s.reason, s.since, s.dropped FROM maker_sources s ' +
          `LEFT JOIN houses h ON h.id = s.house_id WHERE ${visible.sql} ORDER BY s.key`,
      )
      .all(...visible.values) as SourceRow[]
    const counts = db.prepare('SELECT status, count(*) FROM maker_devices WHERE source = ? GROUP BY status').raw()
    const sources = rows.flatMap(({ key, dialect, house, since, reason, dropped, ...row }) => {
      const known = new Map(counts.all(key) as [string, number][])
      // Of one that is gone and had nothing there is nothing to tell.
      if (row.is_named === 0 && known.size === 0) return []
      const counted = Object.fromEntries(COUNTED.map((status) => [status, known.get(status) ?? 0]))
      return { source: key, state: stateOf(key, row), since, reason, ...counted, dialect, house, dropped }
    })
    return { ...(sources.length === 0 ? { says: HOW_TO_BEGIN } : {}), sources }
  },
})

function stateOf(key: string, { is_named, is_online }: Pick<SourceRow, 'is_named' | 'is_online'>): string {
  if (is_named === 0) return isOfBridge(key) ? 'removed' : 'not in hub.toml'
  if (is_online === null) return 'not heard yet'
  return is_online === 1 ? 'online' : 'away'
}
