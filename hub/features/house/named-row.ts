import { LaresError } from '../../../shared/errors.ts'
import { nearestName } from '../../../shared/nearest-name.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import { notYours } from '../../engine/authorize.ts'
import type { AuthorizedCaller } from '../../engine/caller.ts'
import { visibleHouses } from '../../query/visibility.ts'
import { fold } from './named-house.ts'

interface Asking {
  db: Database
  caller: Pick<AuthorizedCaller, 'houses' | 'sees'>
}

/** What is named in houses. */
export interface NamedKind {
  what: string
  /** Area of the command that lists them. */
  area: string
  /** Selects id, house_id, name and address; a condition follows. */
  sql: string
  /** The column of the house, for that condition. */
  house: string
  /** Whether everybody who sees the devices of a house sees these. */
  isSeen: boolean
}

export const ROOM: NamedKind = {
  what: 'room',
  area: 'rooms',
  sql: 'SELECT r.id, r.house_id, r.name, NULL AS address FROM rooms r',
  house: 'r.house_id',
  isSeen: true,
}

export const GROUP: NamedKind = {
  what: 'group',
  area: 'groups',
  sql: 'SELECT g.id, g.house_id, g.name, NULL AS address FROM device_groups g',
  house: 'g.house_id',
  isSeen: true,
}

export const PERSON: NamedKind = {
  what: 'person',
  area: 'people',
  sql: 'SELECT p.id, p.house_id, p.name, u.email AS address FROM people p LEFT JOIN users u ON u.id = p.user_id',
  house: 'p.house_id',
  isSeen: false,
}

export interface RowInHouse {
  id: string
  /** `null`: a group of the whole hub. */
  house_id: string | null
  name: string
}

interface Row extends RowInHouse {
  /** An account's e-mail address, by which a person is found too. */
  address: string | null
}

/**
 * The row that a person means, among those that the command may concern, of one house where that is given: by id, by address,
 * or by name in any case where only one has it. Throws `not_found` with the nearest name, `forbidden` for one that the caller
 * may only see, and `bad_params` with the candidates where several fit.
 */
export function rowNamed(asking: Asking, kind: NamedKind, given: string, house?: string): RowInHouse {
  const rows = rowsOf(asking, kind, house)
  const fitting = called(given, rows)
  const [only] = fitting
  if (only && fitting.length === 1) return only
  if (fitting.length > 1)
    throw new LaresError('bad_params', `${fitting.length} are called ${given}: ${candidates(asking.db, fitting)}`, {
      hint: 'Name one of them by its id.',
    })
  const seeing = { db: asking.db, caller: { ...asking.caller, houses: asking.caller.sees } }
  if (kind.isSeen && called(given, rowsOf(seeing, kind, house)).length > 0) throw notYours(given)
  const nearest = nearestName(
    given,
    rows.flatMap(({ name, address }) => (address === null ? [name] : [name, address])),
  )
  throw new LaresError('not_found', `there is no ${kind.what} ${given}${house === undefined ? '' : ' in that house'}`, {
    hint: nearest === null ? `See lares ${kind.area} list.` : `Did you mean ${nearest}? See lares ${kind.area} list.`,
  })
}

function rowsOf({ db, caller }: Asking, kind: NamedKind, house: string | undefined): Row[] {
  const visible = visibleHouses(caller, kind.house)
  const within = house === undefined ? '' : ` AND (${kind.house} = ? OR ${kind.house} IS NULL)`
  return db
    .prepare(`${kind.sql} WHERE ${visible.sql}${within} ORDER BY 3, 1`)
    .all(...visible.values, ...(house === undefined ? [] : [house])) as Row[]
}

function called(given: string, rows: readonly Row[]): Row[] {
  const byId = rows.filter(({ id }) => id === given)
  if (byId.length > 0) return byId
  const wanted = fold(given)
  return rows.filter(({ name, address }) => fold(name) === wanted || (address !== null && fold(address) === wanted))
}

function candidates(db: Database, rows: readonly Row[]): string {
  const nameOf = db.prepare('SELECT name FROM houses WHERE id = ?').pluck()
  return rows.map(({ id, house_id }) => `${id} (${String(nameOf.get(house_id) ?? 'the whole hub')})`).join(', ')
}
