import type { Caller } from '../../hub/engine/caller.ts'
import type { HouseRights, RightGrant } from '../../hub/engine/house-rights.ts'
import { MEMBER_RIGHTS } from '../../shared/rights.ts'

/** Somebody with an account, as the broker makes a caller of the login. */
export function accountOf(user: string, rights: HouseRights, more: Partial<Caller> = {}): Caller {
  return {
    principal: user,
    kind: 'person',
    user,
    token: `token-${user}`,
    rights,
    client: `${user}.1`,
    address: '192.168.1.20',
    session: `session-${user}`,
    ...more,
  }
}

export const ADMIN = accountOf('an-admin', 'all')

/** Somebody who is this in each of these houses. */
export function memberOf(role: keyof typeof MEMBER_RIGHTS, ...houses: string[]): Caller {
  return accountOf(`a-${role}`, inHouses([{ right: MEMBER_RIGHTS[role] }], houses))
}

/** A program with these rights in these houses. */
export function programWith(grants: readonly RightGrant[], ...houses: string[]): Caller {
  return accountOf('a-program', inHouses(grants, houses), { kind: 'program' })
}

function inHouses(grants: readonly RightGrant[], houses: readonly string[]): HouseRights {
  return Object.fromEntries(houses.map((house) => [house, grants]))
}
