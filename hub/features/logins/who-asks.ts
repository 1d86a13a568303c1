import { z } from 'zod'
import { id, time } from '../../../shared/admin/fields.ts'
import { RIGHTS, type Right, reaches } from '../../../shared/rights.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import type { HouseRights } from '../../engine/house-rights.ts'

const grant = z.strictObject({
  right: z.enum(RIGHTS),
  /** Absent: in all areas of commands. */
  area: z.string().optional(),
})

export const whoAsks = adminCommand({
  area: 'users',
  verb: 'me',
  needs: null,
  summary: 'Who asks: the account, and what it may do in which houses',
  params: z.strictObject({}),
  result: z.strictObject({
    kind: z.enum(['local', 'person', 'integration', 'program']),
    email: z.string().nullable(),
    full_name: z.string().nullable(),
    /** May do everything, in every house. */
    is_administrator: z.boolean(),
    houses: z.array(z.strictObject({ name: z.string(), may: z.array(grant), house: id })),
    /** Of the token or the browser that asks; `null`: none. */
    ends_at: time.nullable(),
    user: id.nullable(),
    /** Of the browser that asks, as `users sessions` names it; `null`: it asks with a token, or on the socket of this machine. */
    session: id.nullable(),
  }),
  examples: [{ says: 'who you are here', params: {} }],
  changes: false,
  query({ db, caller }) {
    const account = db.prepare('SELECT email, full_name FROM users WHERE id = ?').get(caller.user) as
      | { email: string; full_name: string | null }
      | undefined
    const browser = db.prepare('SELECT id, expires_at FROM web_sessions WHERE id = ?').get(caller.token) as
      | { id: string; expires_at: number }
      | undefined
    const token = db.prepare('SELECT expires_at FROM api_tokens WHERE id = ?').get(caller.token) as
      | { expires_at: number | null }
      | undefined
    const houses = db.prepare('SELECT id AS house, name FROM houses ORDER BY name, id LIMIT 1000').all() as {
      house: string
      name: string
    }[]
    return {
      kind: caller.kind,
      email: account?.email ?? null,
      full_name: account?.full_name ?? null,
      is_administrator: caller.rights === 'all',
      houses: houses.flatMap(({ house, name }) => {
        const may = grantsIn(caller.rights, house)
        return may.length === 0 ? [] : [{ name, may, house }]
      }),
      ends_at: browser?.expires_at ?? token?.expires_at ?? null,
      user: caller.user,
      session: browser?.id ?? null,
    }
  },
})

/** The most that may be done in a house, in each area. */
function grantsIn(rights: HouseRights, house: string): { right: Right; area?: string }[] {
  if (rights === 'all') return [{ right: 'administer' }]
  const most = new Map<string, { right: Right; area?: string }>()
  for (const one of rights[house] ?? []) {
    const known = most.get(one.area ?? '')
    if (!known || reaches(one.right, known.right)) most.set(one.area ?? '', { ...one })
  }
  return [...most.values()]
}
