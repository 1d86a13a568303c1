import { LaresError } from '../../../shared/errors.ts'
import type { QueryContext } from '../../engine/admin-command.ts'
import { fold } from '../house/named-house.ts'
import { PERSON, rowNamed } from '../house/named-row.ts'
import { NONE } from '../house/names.ts'

type Asking = Pick<QueryContext, 'db' | 'caller'>

/** Whether nothing is meant: no room, no group, nobody. */
export function isNone(given: string): boolean {
  return fold(given) === NONE
}

/** The account of a person of the house, who may own something there. Throws `bad_params` where the person has none. */
export function accountIn(asking: Asking, given: string, house: string | null): string {
  const { id, name } = rowNamed(asking, PERSON, given, house ?? undefined)
  const user = asking.db.prepare('SELECT user_id FROM people WHERE id = ?').pluck().get(id) as string | null
  if (user === null)
    throw new LaresError('bad_params', `${name} has no account, which an owner needs`, {
      hint: 'See who has one: lares people list.',
    })
  return user
}
