import { z } from 'zod'
import { nearestName } from '../../../shared/nearest-name.ts'
import { readSection, settingsSection } from '../../contract/settings-section.ts'
import type { DurableFollower, FollowerKinds, Hold } from '../../engine/follower.ts'

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
        'How many days a row stays beyond its time while something outside has not taken it. What goes then is a gap that is counted. A disk that is 85 % full waits for nobody.',
      example: 'hold_days = 7',
    },
    hold_rows: {
      meaning:
        'How many rows of a table may wait for one of them beyond their time. Ten million readings are half a gigabyte.',
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

/** What is wrong with the first name in `hold` that is of no follower for which rows wait; `null`: nothing. */
export function unknownHold(followers: FollowerKinds, settings: Readonly<Record<string, unknown>>): string | null {
  const known = [...followers.values()].filter(({ kind }) => kind !== 'fleeting').map(({ name }) => name)
  const wrong = Object.keys(readSection(FOLLOWERS, settings).hold).find((name) => !known.includes(name))
  if (wrong === undefined) return null
  const nearest = nearestName(wrong, known)
  const meant = nearest !== null ? `did you mean ${nearest}?` : `there are ${known.join(', ') || 'none here'}`
  return `[followers] hold names ${wrong}, for which no rows wait; ${meant}`
}
