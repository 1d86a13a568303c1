import { z } from 'zod'
import { LaresError } from '../../../shared/errors.ts'
import { text } from '../../../shared/messages/fields.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import { command } from '../../engine/command.ts'
import { refusedRows } from './conflicts.ts'
import { ManagedRows } from './managed-rows.ts'

export const yieldRow = command({
  area: 'sync',
  verb: 'yield',
  role: 'admin',
  summary: "Have a row of central's that was refused take the place of this hub's own row",
  params: z.strictObject({ table: text(63), key: text(255) }),
  result: z.strictObject({
    table: z.string(),
    key: z.string(),
    scope: z.string(),
    /** Keys of the own rows that made room. */
    replaced: z.array(z.string()),
  }),
  examples: [
    { says: 'an account that central keeps takes over an own one', params: { table: 'users', key: 'u-anna' } },
  ],
  positional: ['table', 'key'],
  changes: true,
  danger({ db }, { table, key }) {
    const { own } = refusedRow(db, { table, key })
    if (table === 'users') {
      const count = (sql: string) =>
        own.reduce((sum, id) => sum + Number(db.prepare(`SELECT count(*) FROM ${sql} = ?`).pluck().get(id)), 0)
      return (
        `The account ${key} of central takes over ${own.join(', ')}: password, ${count('api_tokens WHERE user_id')} tokens and the places in ` +
        `${count('people WHERE user_id')} houses go along, the role is central's. Programs log in as ${key} then.`
      )
    }
    return `The row ${own.join(', ')} of ${table} gives way to central's; central keeps it as it was last, marked as deleted.`
  },
  run(context, { table, key }) {
    const refused = refusedRow(context.db, { table, key })
    const { scope, row } = refused
    const replaced = new ManagedRows(context.db).takeOver(context, { scope, table, key, row })
    if (table === 'users')
      for (const user of new Set([...replaced, key]))
        context.effect({ kind: 'disconnect_user', user, reason: 'the account is managed by central now' })
    context.addEvent({
      type: 'central_row_yielded',
      source: 'user',
      data: { scope, table, key, replaced, by: context.caller.principal },
    })
    context.changed()
    context.effect({ kind: 'sync', ask: 'wake' })
    return { table, key, scope, replaced }
  },
})

/** Throws `not_found` for a row that was not refused, and `bad_params` for one that no own row is in the way of. */
function refusedRow(db: Database, { table, key }: { table: string; key: string }) {
  const refused = refusedRows(db).filter((known) => known.table === table && known.key === key)
  const [first] = refused
  if (first === undefined)
    throw new LaresError('not_found', `this hub refused no row ${key} of ${table} from central`, {
      hint: 'Those it refused are named in lares sync status.',
    })
  const own = refused.find((known) => known.own.length > 0)
  if (own === undefined)
    throw new LaresError('bad_params', `no row of this hub's own is in the way: ${first.reason}`, {
      hint: `Only central can change that: lares central conflicts says how, or take it out there: lares central remove ${JSON.stringify(first.scope)} ${table} ${key}.`,
    })
  return own
}
