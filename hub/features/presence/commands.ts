import { z } from 'zod'
import { adminCommand } from '../../engine/admin-command.ts'
import { houseParam } from '../house/named-house.ts'
import { nameParam } from '../house/names.ts'
import { personIn } from '../house/person-commands.ts'
import { setPresent } from './at-home.ts'

const setPresence = adminCommand({
  area: 'people',
  verb: 'presence',
  needs: 'control',
  summary: 'Say by hand who is at home; it holds until a device that they carry comes or goes',
  params: z.strictObject({ person: nameParam, state: z.enum(['here', 'away']), house: houseParam.optional() }),
  result: z.strictObject({ person: z.string(), name: z.string(), is_present: z.boolean(), was_present: z.boolean() }),
  examples: [
    { says: 'somebody is at home', params: { person: 'Anna', state: 'here' } },
    { says: 'somebody went out', params: { person: 'Anna', state: 'away' } },
  ],
  positional: ['person', 'state'],
  changes: true,
  run(context, params) {
    const { db, now, caller } = context
    const { id, name } = personIn(context, params)
    const { is_present, last_seen } = db.prepare('SELECT is_present, last_seen FROM people WHERE id = ?').get(id) as {
      is_present: 0 | 1
      last_seen: number | null
    }
    const present = params.state === 'here'
    setPresent(context, id, {
      ...{ present, at: present ? now : (last_seen ?? 0) },
      ...{ data: { by: caller.principal }, source: 'user' },
    })
    return { person: id, name, is_present: present, was_present: is_present === 1 }
  },
})

export const COMMANDS = [setPresence] as const
