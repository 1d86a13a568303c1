import { housesWhere } from '../engine/house-rights.ts'
import type { Principal } from '../engine/principal.ts'

const READS = { area: 'devices', right: 'see' } as const

/**
 * Whether somebody may read how a device of a house is announced to Home Assistant: integrations what their person may see, and
 * administrators all. A bridge that speaks for devices of other makers below the same prefix hears none of it.
 */
export function mayReadAnnouncement(principal: Principal, house: string): boolean {
  if (principal.kind === 'local') return true
  if (!('rights' in principal)) return false
  const houses = housesWhere(principal.rights, READS)
  return houses === null || (principal.kind === 'integration' && houses.includes(house))
}
