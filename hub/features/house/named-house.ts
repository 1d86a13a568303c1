import { LaresError } from '../../../shared/errors.ts'
import { nearestName } from '../../../shared/nearest-name.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import type { Caller } from '../../engine/caller.ts'
import { visibleHouses } from '../../query/visibility.ts'

/**
 * The id of the house that a person means, among those that the caller may see: by id, by name in any case where only one
 * has it, or the only one there is where none is named. Throws `not_found` with the nearest name, and `bad_params` with the
 * candidates where several fit.
 */
export function houseNamed({ db, caller }: { db: Database; caller: Caller }, given: string | undefined): string {
  const visible = visibleHouses(caller, 'id')
  const houses = db
    .prepare(`SELECT id, name FROM houses WHERE ${visible.sql} ORDER BY created_at, id`)
    .all(...visible.values) as { id: string; name: string }[]
  const byId = houses.find(({ id }) => id === given)
  if (byId) return byId.id
  const fitting = given === undefined ? houses : houses.filter(({ name }) => fold(name) === fold(given))
  const [only] = fitting
  if (only && fitting.length === 1) return only.id
  if (fitting.length > 1)
    throw new LaresError('bad_params', given === undefined ? 'which house?' : `several houses are called ${given}`, {
      hint: `Name one with --house: ${fitting.map(({ id, name }) => `${id} (${name})`).join(', ')}.`,
    })
  const nearest = nearestName(
    given ?? '',
    houses.map(({ name }) => name),
  )
  throw new LaresError('not_found', given === undefined ? 'there is no house for you' : `there is no house ${given}`, {
    hint: nearest === null ? 'See lares houses list.' : `Did you mean ${nearest}? See lares houses list.`,
  })
}

function fold(name: string): string {
  return name.trim().toLowerCase()
}
