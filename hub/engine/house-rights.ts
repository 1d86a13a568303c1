import { type Right, reaches } from '../../shared/rights.ts'

/** Up to a right, in every area of commands or in one. */
export interface RightGrant {
  right: Right
  /** Absent: in all areas. */
  area?: string
}

/** What somebody may do, by house. `all`: everything everywhere, as an administrator. */
export type HouseRights = 'all' | Readonly<Record<string, readonly RightGrant[]>>

/** Houses in which these rights allow what needs `right` in an area; `null`: in all. */
export function housesWhere(rights: HouseRights, { area, right }: { area: string; right: Right }): string[] | null {
  if (rights === 'all') return null
  const allowed = (grant: RightGrant) => (grant.area ?? area) === area && reaches(grant.right, right)
  return Object.entries(rights).flatMap(([house, grants]) => (grants.some(allowed) ? [house] : []))
}
