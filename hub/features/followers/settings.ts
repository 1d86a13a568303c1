import { z } from 'zod'
import { readSection, settingsSection } from '../../contract/settings-section.ts'
import type { DurableFollower, Hold } from '../../engine/follower.ts'

const days = z.int().min(0).max(36_500)
const rows = z.int().min(0).max(1_000_000_000)

export const FOLLOWERS = settingsSection({
  name: 'followers',
  schema: z.strictObject({
    hold_days: days.default(7),
    hold_rows: rows.default(10_000_000),
    hold: z.record(z.string(), z.strictObject({ days: days.optional(), rows: rows.optional() })).default({}),
  }),
  keys: {
    hold_days: {
      meaning:
        'How old a row may become while something outside has not taken it. What is older goes when its time is over, as a gap that is counted. A disk that is 85 % full waits for nobody.',
      example: 'hold_days = 7',
    },
    hold_rows: {
      meaning: 'How many rows of a table may wait for one of them. Ten million readings are half a gigabyte.',
      example: 'hold_rows = 10000000',
    },
    hold: {
      meaning: 'The same for one of them, by its name in `lares followers list`.',
      example: 'hold = { influx = { days = 30, rows = 50000000 } }',
    },
  },
})

/** How long rows wait for this follower: what `hub.toml` says of it, or it says of itself, or holds for all. */
export function holdOf(follower: DurableFollower, settings: Readonly<Record<string, unknown>>): Hold {
  const { hold, hold_days, hold_rows } = readSection(FOLLOWERS, settings)
  const own = hold[follower.name]
  return {
    days: own?.days ?? follower.hold?.days ?? hold_days,
    rows: own?.rows ?? follower.hold?.rows ?? hold_rows,
  }
}
