import type { AlertRow } from './alert-row.ts'
import type { ToldWay } from './message-job.ts'

/** What a target was told last of an alert. */
export interface Telling {
  told: 'raised' | 'flapping' | 'snoozed' | 'ended' | null
  told_at: number | null
}

/** Never the same alert twice within this. */
const LEAST_BETWEEN_MS = 60_000

/** When it is to be told. */
export interface TellingMoment {
  now: number
  /** How long the alert has been open, by the monotonic clock. */
  openMs: number
  /** Whether it is the turn of this target: it stands first, or nobody has acknowledged for as long as it waits. */
  afterMs: number
  repeatMs: number | null
  isQuiet: boolean
}

/** What a target is to be told of an alert now, where that is something else than it was told last; `null`: nothing. */
export function dueTelling(alert: AlertRow, { told, told_at: toldAt }: Telling, moment: TellingMoment): ToldWay | null {
  const { now, openMs, afterMs, repeatMs, isQuiet } = moment
  const sinceTold = toldAt === null || toldAt > now ? Number.POSITIVE_INFINITY : now - toldAt
  if (sinceTold < LEAST_BETWEEN_MS) return null
  if (isQuiet && alert.severity !== 'critical') return null
  const isUnheard = told === null || told === 'ended'
  // What comes and goes is over once it has stayed so.
  const isFlapping = alert.flapping_since !== null
  if (alert.is_open === 0 && (isUnheard || !isFlapping)) return isUnheard ? null : 'ended'
  if (alert.acknowledged_at !== null || isSnoozed(alert, now) || openMs < afterMs) return null
  if (isFlapping) return told === 'flapping' ? null : 'flapping'
  if (told !== 'raised') return 'raised'
  return repeatMs !== null && sinceTold >= repeatMs ? 'again' : null
}

/** A clock that went back a long way must not keep it silent for as long. */
function isSnoozed({ snoozed_until: until }: AlertRow, now: number): boolean {
  return until !== null && until > now && until - now <= LONGEST_SNOOZE_MS
}

export const LONGEST_SNOOZE_MS = 31 * 86_400_000
