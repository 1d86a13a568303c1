import { MEMBER_RIGHTS } from '../../../shared/rights.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import type { HouseRights, RightGrant } from '../../engine/house-rights.ts'

/** What a member may do, by role. Roles are an open list: one that is not known here gives nothing. */
const GRANTS: ReadonlyMap<string, RightGrant> = new Map(
  Object.entries(MEMBER_RIGHTS).map(([role, right]) => [role, { right }]),
)

/** What somebody with an account may do in each house, by what they are there. People without an account are asked nothing. */
export function memberRights(db: Database, user: string): HouseRights {
  const rows = db.prepare('SELECT house_id AS house, role FROM people WHERE user_id = ?').all(user) as {
    house: string
    role: string
  }[]
  const rights: Record<string, RightGrant[]> = {}
  for (const { house, role } of rows) {
    const grant = GRANTS.get(role)
    if (grant) rights[house] = [...(rights[house] ?? []), grant]
  }
  return rights
}
