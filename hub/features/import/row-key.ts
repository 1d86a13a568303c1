import { fold } from '../house/named-house.ts'
import { hashOf } from './canonical-hash.ts'

/**
 * What a row is known by within its house, the first of these that is known here: its own id where the list has one, else its name
 * and which it is of the rows of that name. Hashes, because they outlive a device that was erased.
 */
export function rowKeys(
  house: string,
  row: { id?: string | undefined; name: string; number: number },
): [string, ...string[]] {
  const byName = hashOf([house, 'name', fold(row.name), row.number])
  return row.id === undefined ? [byName] : [hashOf([house, 'id', row.id]), byName]
}
