import { LaresError } from '../../../shared/errors.ts'
import { nearestName } from '../../../shared/nearest-name.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import { notYours } from '../../engine/authorize.ts'
import type { AuthorizedCaller } from '../../engine/caller.ts'
import { visibleHouses } from '../../query/visibility.ts'

interface Asking {
  db: Database
  caller: Pick<AuthorizedCaller, 'houses' | 'sees'>
}

interface DeviceRow {
  id: string
  name: string
  status: string
  revoked: number
}

/**
 * The id of the device that a person means: its id, or its name in any case where only one device that the command may
 * concern has it; one that was revoked only where no other has. Throws `not_found` with the nearest name, `forbidden` for one
 * that the caller may only see, and `bad_params` with the candidates where several have the name.
 */
export function deviceNamed(asking: Asking, given: string): string {
  const found = lookUp(asking, given)
  if (typeof found === 'string') return found
  if (isSeen(asking, given)) throw notYours(given)
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

/** Whether the device is in a house where this command is not allowed, and the caller sees it there. */
function isSeen({ db, caller }: Asking, given: string): boolean {
  return typeof lookUp({ db, caller: { ...caller, houses: caller.sees } }, given) === 'string'
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
