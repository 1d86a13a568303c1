import type { Context } from '../../engine/context.ts'

/**
 * Has a device seen by the people of its new house alone, from this commit on. Whoever sees one of the two houses and not the
 * other logs in again, and gets what is retained of what they see now.
 */
export function tellNewHouse(
  context: Pick<Context, 'db' | 'effect'>,
  { devices, from, to }: { devices: readonly string[]; from: string; to: string },
): void {
  for (const device of devices) context.effect({ kind: 'device_house', device, house: to })
  const reason = 'a device moved to another house'
  for (const user of peopleOfOne(context, from, to)) context.effect({ kind: 'disconnect_user', user, reason })
  for (const { id, user_id } of tokensOfOne(context, from, to))
    context.effect({ kind: 'disconnect_user', user: user_id, token: id, reason })
}

/** Accounts that belong to one of two houses. Administrators see both. */
function peopleOfOne({ db }: Pick<Context, 'db'>, one: string, other: string): string[] {
  return db
    .prepare(
      "SELECT p.user_id FROM people p JOIN users u ON u.id = p.user_id WHERE p.house_id IN (?, ?) AND u.role <> 'admin' " +
        'GROUP BY p.user_id HAVING count(DISTINCT p.house_id) = 1',
    )
    .pluck()
    .all(one, other) as string[]
}

/** Tokens of programs that are good for one of two houses. */
function tokensOfOne({ db }: Pick<Context, 'db'>, one: string, other: string): { id: string; user_id: string }[] {
  const isFor = 'EXISTS (SELECT 1 FROM json_each(t.houses) WHERE value = ?)'
  return db
    .prepare(`SELECT t.id, t.user_id FROM api_tokens t WHERE t.houses IS NOT NULL AND ${isFor} <> ${isFor}`)
    .all(one, other) as { id: string; user_id: string }[]
}
