import type { Context } from '../../engine/context.ts'

/** Says that somebody is at home, or is not, since a time. Nothing is written where that is known. */
export function setPresent(
  context: Context,
  person: string,
  to: { present: boolean; at: number; data: Record<string, unknown>; source: 'device' | 'user' },
): void {
  const { db, now } = context
  const house = db
    .prepare(
      'UPDATE people SET is_present = ?, last_seen = max(coalesce(last_seen, 0), ?), updated_at = ? WHERE id = ? AND is_present <> ? RETURNING house_id',
    )
    .pluck()
    .get(Number(to.present), to.at, now, person, Number(to.present)) as string | undefined
  if (house === undefined) return
  context.addEvent({
    ...{ type: to.present ? 'person_came' : 'person_left', house, source: to.source },
    ...{ oldState: to.present ? 'away' : 'here', newState: to.present ? 'here' : 'away' },
    data: { person, ...to.data },
  })
}
