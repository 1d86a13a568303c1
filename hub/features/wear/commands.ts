import { z } from 'zod'
import { bytes, durationMs, time } from '../../../shared/admin/fields.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import { WRITE_CAUSES, type WrittenByCause } from '../../engine/write-book.ts'
import { PACE_DAYS, type Pace, paceOf } from './pace.ts'
import { type KnownCard, total, wearWords } from './wear-words.ts'
import { dayOf, type WrittenDay } from './written-days.ts'

const hubWear = adminCommand({
  area: 'hub',
  verb: 'wear',
  needs: 'administer',
  summary: 'What the hub writes to its card a day, for what, and what that is in a year',
  params: z.strictObject({}),
  result: z.strictObject({
    /** What a card will have seen in a year, and how that stands to what cards are made for. */
    says: z.array(z.string()),
    /** Full days that a day is the average of; 0: what was counted so far, made a day of. */
    full_days: z.number(),
    /** Today is counted up to here; its days are those of UTC. */
    counted_until: time.nullable(),
    bytes_a_year: bytes.nullable(),
    causes: z.array(
      z.strictObject({
        cause: z.enum(WRITE_CAUSES),
        a_day: bytes.nullable(),
        commits_a_day: z.number().nullable(),
        today: bytes,
        commits_today: z.number(),
      }),
    ),
    /** What the kernel knows of the device that the data folder lies on. */
    card: z.strictObject({
      device: z.string().nullable(),
      model: z.string().nullable(),
      device_bytes: bytes.nullable(),
      written_since_boot_bytes: bytes.nullable(),
      up_ms: durationMs.nullable(),
      life_used_percent: z.number().nullable(),
      spare_blocks: z.string().nullable(),
    }),
  }),
  examples: [{ says: 'how long the card will last', params: {} }],
  changes: false,
  prepare: (_params, { card }) => card(),
  run({ db, now, prepared }) {
    const today = dayOf(now)
    const days = lastDays(db, today)
    const pace = paceOf(days, today)
    const card = prepared as KnownCard
    const current = days.find(({ id }) => id === today)
    return {
      says: wearWords(pace, card),
      full_days: pace?.days ?? 0,
      counted_until: current?.written_at ?? null,
      bytes_a_year: pace && Math.round(total(pace.aDay).bytes * 365),
      causes: byCause(pace, current?.written ?? {}),
      card,
    }
  },
})

/** Today, the days of a pace, and the one before them, which tells whether the first of them was a full one. */
function lastDays(db: Database, today: number): WrittenDay[] {
  const rows = db
    .prepare('SELECT id, began_at, written_at, written FROM wear_days WHERE id BETWEEN ? AND ? ORDER BY id')
    .all(today - PACE_DAYS - 1, today) as (Omit<WrittenDay, 'written'> & { written: string })[]
  return rows.map((row) => ({ ...row, written: JSON.parse(row.written) as WrittenByCause }))
}

/** The largest first. */
function byCause(pace: Pace | null, today: WrittenByCause) {
  const rows = WRITE_CAUSES.flatMap((cause) => {
    const [usual, now] = [pace?.aDay[cause], today[cause]]
    if (!usual && !now) return []
    return [
      {
        cause,
        a_day: pace && Math.round(usual?.bytes ?? 0),
        commits_a_day: pace && Math.round(usual?.commits ?? 0),
        today: now?.bytes ?? 0,
        commits_today: now?.commits ?? 0,
      },
    ]
  })
  return rows.sort((a, b) => (b.a_day ?? b.today) - (a.a_day ?? a.today))
}

export const COMMANDS = [hubWear] as const
