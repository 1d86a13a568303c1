import type { Context } from '../../engine/context.ts'
import { type SpeakerPlace, sayOnSpeakers } from '../voice/say-on-speakers.ts'
import { KNOWN_THEN } from './known-then.ts'
import { composeMessage, type SaidAlert } from './message-words.ts'
import type { TargetOf } from './settings.ts'

/** Says alerts aloud, each in the house that it is about; what is about none is said in all. They count as told then. */
export function sayAlerts(
  context: Context,
  said: readonly SaidAlert[],
  { key, target }: { key: string; target: TargetOf<'speakers'> },
): void {
  for (const where of placesOf(context, target)) {
    const { house } = where
    const here = said.filter(({ alert }) => alert.house_id === null || alert.house_id === house)
    if (here.length === 0) continue
    const { title } = composeMessage(
      here.map((one) => ({ ...one, house: null })),
      { target: key, now: context.now },
    )
    const isWrong = here.some(({ what }) => what !== 'ended')
    const text = title.replaceAll('°C', 'degrees').replaceAll('°F', 'degrees Fahrenheit')
    sayOnSpeakers(context, where, { text, language: 'en', isUrgent: isWrong, by: `alert target ${key}` })
  }
  const told = context.db.prepare(
    'INSERT INTO alert_tellings (alert_id, target, told, told_at) VALUES (:alert, :key, :what, :now) ' +
      'ON CONFLICT (alert_id, target) DO UPDATE SET told = excluded.told, told_at = excluded.told_at, is_given_up = 0',
  )
  for (const { what, alert } of said) told.run({ alert: alert.id, key, what: KNOWN_THEN[what], now: context.now })
}

/** A test is said like anything that is not urgent. */
export function sayTest(
  context: Context,
  text: string,
  { key, target }: { key: string; target: TargetOf<'speakers'> },
): void {
  for (const where of placesOf(context, target))
    sayOnSpeakers(context, where, { text, language: 'en', isUrgent: false, by: `alert target ${key}` })
}

/** Every house, or its group that is called so; a house that has no such group is left out. */
function placesOf(context: Context, { group: name }: Pick<TargetOf<'speakers'>, 'group'>): SpeakerPlace[] {
  return housesOf(context).flatMap((house): SpeakerPlace[] => {
    if (name === undefined) return [{ house }]
    const group = groupOf(context, name, house)
    return group === null ? [] : [{ house, group }]
  })
}

function housesOf({ db }: Context): string[] {
  return db.prepare('SELECT id FROM houses WHERE removed_at IS NULL ORDER BY created_at, id').pluck().all() as string[]
}

/** `null`: that house has no group that is called so. */
function groupOf({ db }: Context, name: string, house: string): string | null {
  const found = db
    .prepare('SELECT id FROM device_groups WHERE (house_id = ? OR house_id IS NULL) AND lower(name) = lower(?)')
    .pluck()
    .get(house, name)
  return (found as string | undefined) ?? null
}
