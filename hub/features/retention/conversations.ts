import type { Context } from '../../engine/context.ts'
import { purgeRow, raisePurged } from '../../store/purged.ts'
import { dropClip } from '../sessions/clips.ts'
import { CONVERSATIONS, type ConversationTable, DAY_MS, type Retention } from './classes.ts'
import type { OldRow, RowQueue } from './oldest-first.ts'

/** A text; -1 stands before all of them. */
type Key = string | number

interface Shape {
  time: string
  /** What of the row `t` must be so before it goes: whatever stands on it holds it. */
  free: string
}

const SHAPES: Readonly<Record<ConversationTable, Shape>> = {
  messages: { time: 'created_at', free: 'true' },
  turns: {
    time: 'started_at',
    free: "t.phase = 'ended' AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.turn_id = t.id)",
  },
  sessions: {
    time: 'created_at',
    free:
      "t.state = 'ended' AND NOT EXISTS (SELECT 1 FROM turns x WHERE x.session_id = t.id) " +
      'AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.session_id = t.id)',
  },
}

/**
 * Conversations past their time: what was said, then its turn with its clip, then a session of which nothing is left. A row
 * goes once nothing of it waits to be sent, and none that central refused; without a central nothing waits.
 */
export function conversationQueues(
  /** That of the transaction in which rows are taken: a walk lasts longer than one. */
  context: () => Context,
  { retention, hasCentral }: { retention: Retention; hasCentral: boolean },
): RowQueue<Key>[] {
  const { db, now } = context()
  return CONVERSATIONS.flatMap((table) => {
    const before = cutoffOf(retention, table, now)
    if (before === null) return []
    const { time, free } = SHAPES[table]
    const first = db.prepare(`SELECT min("${time}") FROM "${table}"`).pluck().get() as number | null
    if (first === null || first >= before) return []
    const page = db
      .prepare(
        `SELECT id, "${time}", NULL FROM "${table}" WHERE ("${time}", id) > (?, ?) ORDER BY "${time}", id LIMIT ?`,
      )
      .raw()
    const waits = hasCentral
      ? ` AND NOT EXISTS (SELECT 1 FROM sync_changes c WHERE c.table_name = '${table}' AND c.row_key = t.id)` +
        ` AND NOT EXISTS (SELECT 1 FROM sync_quarantine q WHERE q.table_name = '${table}' AND q.row_key = t.id AND q.state <> 'discarded')`
      : ''
    const may = db.prepare(`SELECT 1 FROM "${table}" t WHERE t.id = ? AND ${free}${waits}`)
    return [
      {
        first,
        before,
        page: (after, limit) => (page.all(after.time, after.id, limit) as [string, number, null][]).map(rowOf),
        take(row) {
          if (may.get(row.id) === undefined) return false
          if (table === 'turns') dropClips(context(), String(row.id))
          return purgeRow(db, table, String(row.id))
        },
      },
    ]
  })
}

/** Says up to when conversations may be gone here, before any of them goes: see `store/purged.ts`. */
export function notePurged({ db, now, clockSynced }: Context, retention: Retention): void {
  // A clock that is ahead would have everything taken for purged.
  if (clockSynced === false) return
  const cutoffs = CONVERSATIONS.map((table) => [table, cutoffOf(retention, table, now) ?? 0] as const)
  raisePurged(db, Object.fromEntries(cutoffs))
}

function cutoffOf(retention: Retention, table: ConversationTable, now: number): number | null {
  const days = retention.days(table)
  return days === null ? null : now - days * DAY_MS
}

function dropClips(context: Context, turn: string): void {
  const clips = context.db.prepare('SELECT id, file, created_at FROM audio_clips WHERE turn_id = ?').all(turn)
  for (const clip of clips as Parameters<typeof dropClip>[1][]) dropClip(context, clip)
}

const rowOf = ([id, time, mark]: [string, number, null]): OldRow<Key> => ({ id, time, mark })
