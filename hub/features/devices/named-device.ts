import { LaresError } from '../../../shared/errors.ts'
import { nearestName } from '../../../shared/nearest-name.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import type { Caller } from '../../engine/caller.ts'
import { visibleHouses } from '../../query/visibility.ts'

interface Asking {
  db: Database
  caller: Caller
}

interface DeviceRow {
  id: string
  name: string
  status: string
  revoked: number
}

/**
 * The id of the device that a person means: its id, or its name in any case where only one device that the caller may see
 * has it; one that was revoked only where no other has. Throws `not_found` with the nearest name, and `bad_params` with the
 * candidates where several have it.
 */
export function deviceNamed(asking: Asking, given: string): string {
  const found = lookUp(asking, given)
  if (typeof found === 'string') return found
  const names = found.flatMap(({ id, name }) => [name, id])
  const nearest = nearestName(given, names)
  throw new LaresError('not_found', `there is no device ${given}`, {
    hint: nearest === null ? 'See lares devices list.' : `Did you mean ${nearest}? See lares devices list.`,
  })
}

/** As `deviceNamed`, for lists of what outlives its device: what nobody is called is taken as an id. */
export function deviceFilter(asking: Asking, given: string | undefined): string | undefined {
  if (given === undefined) return undefined
  const found = lookUp(asking, given)
  return typeof found === 'string' ? found : given
}

/** The id, or all devices among which it is not. */
function lookUp({ db, caller }: Asking, given: string): string | DeviceRow[] {
  const visible = visibleHouses(caller, 'house_id')
  const select = `SELECT id, name, status, revoked_at IS NOT NULL AS revoked FROM devices WHERE ${visible.sql}`
  if (db.prepare(`${select} AND id = ?`).get(...visible.values, given) !== undefined) return given
  const all = db.prepare(`${select} ORDER BY name, id`).all(...visible.values) as DeviceRow[]
  const called = all.filter(({ name }) => folded(name) === folded(given))
  const present = called.filter(({ revoked }) => revoked === 0)
  const [only, ...others] = present.length > 0 ? present : called
  if (only === undefined) return all
  if (others.length === 0) return only.id
  const candidates = [only, ...others].map(({ id, status }) => `${id} (${status})`)
  throw new LaresError('bad_params', `${candidates.length} devices are called ${given}: ${candidates.join(', ')}`, {
    hint: 'Name one of them by its id.',
  })
}

/** A name as it is compared: people write it in any case, and keyboards compose letters differently. */
export function folded(name: string): string {
  return name.normalize('NFC').trim().toLocaleLowerCase('en')
}
