import { z } from 'zod'
import { LaresError } from '../../../shared/errors.ts'
import { text } from '../../../shared/messages/fields.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import { tellJoining } from '../devices/joining.ts'
import { houseNamed, houseParam } from '../house/named-house.ts'
import { beginRemoval } from './removed-houses.ts'
import { removedWithHouse } from './what-is-erased.ts'

export const removeHouse = adminCommand({
  area: 'houses',
  verb: 'remove',
  needs: 'administer',
  summary: 'Take a house away with all that is in it, and have its devices forgotten; never the last one',
  params: z.strictObject({
    house: houseParam,
    /** Stands at central for those who must show why. */
    reason: text(200).min(1).default('the house was taken away'),
  }),
  result: z.strictObject({
    house: z.string(),
    name: z.string(),
    /** How many are being forgotten. */
    devices: z.int(),
    /** How to see how far that is. */
    see: z.string(),
  }),
  examples: [{ says: 'a house that was sold', params: { house: 'Cottage' } }],
  positional: ['house'],
  changes: true,
  danger(context, params) {
    const id = houseNamed(context, params.house)
    const name = nameOf(context.db, id)
    refuseLast(context.db, { id, name })
    return removedWithHouse(context.db, { id, name })
  },
  run(context, params) {
    const house = houseNamed(context, params.house)
    const name = nameOf(context.db, house)
    refuseLast(context.db, { id: house, name })
    const devices = beginRemoval(context, house, params.reason)
    tellJoining(context)
    context.addEvent({
      ...{ type: 'house_removed', house, source: 'user' },
      data: { name, devices, reason: params.reason, by: context.caller.principal },
    })
    return { house, name, devices, see: 'lares erasures list' }
  },
})

/** Devices join a house: one is always there. Of two who take the last two away, the second is refused. */
function refuseLast(db: Database, { id, name }: { id: string; name: string }): void {
  if (db.prepare('SELECT 1 FROM houses WHERE removed_at IS NULL AND id <> ?').get(id) !== undefined) return
  throw new LaresError('bad_params', `${name} is the last house of this hub, which always has one`, {
    hint: 'Make the other one first: lares houses create NAME.',
  })
}

function nameOf(db: Database, house: string): string {
  return String(db.prepare('SELECT name FROM houses WHERE id = ?').pluck().get(house))
}
