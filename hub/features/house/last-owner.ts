import type { Database } from '../../../shared/sqlite/open.ts'

/** Names of the houses that only this account owns, among those who can log in. */
export function ownedAlone(db: Database, user: string, house?: string): string[] {
  const owners =
    "people p JOIN users u ON u.id = p.user_id AND u.is_active = 1 WHERE p.house_id = h.id AND p.role = 'owner'"
  return db
    .prepare(
      `SELECT name FROM houses h WHERE ? IN (h.id, '') AND EXISTS (SELECT 1 FROM ${owners} AND u.id = ?) ` +
        `AND NOT EXISTS (SELECT 1 FROM ${owners} AND u.id <> ?) ORDER BY name`,
    )
    .pluck()
    .all(house ?? '', user, user) as string[]
}

/** What it means that these houses are left without an owner, as the end of a sentence that warns; empty for none. */
export function ownerlessWords(houses: readonly string[]): string {
  return houses.length === 0
    ? ''
    : ` No owner is left in ${houses.join(', ')}: only an administrator can change it then.`
}
