import { z } from 'zod'
import { LaresError } from '../../../shared/errors.ts'
import { text } from '../../../shared/messages/fields.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import type { Context } from '../../engine/context.ts'
import { refusedRows, removeWords } from './conflicts.ts'
import { ManagedRows } from './managed-rows.ts'

export const yieldRow = adminCommand({
  area: 'sync',
  verb: 'yield',
  needs: 'administer',
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
    const row = db
      .prepare('SELECT row FROM managed_rows WHERE table_name = ? AND row_key = ? AND refused IS NOT NULL')
      .pluck()
      .get(table, key)
    // What nobody refused takes nothing away; running it says so.
    if (row === undefined) return null
    if (table !== 'users')
      return `This hub's own row gives way to ${key} of ${table}; central keeps it as it was last, marked as deleted.`
    const own = `(SELECT id FROM users WHERE managed_by = 'site' AND (id = ? OR email = lower(json_extract(?, '$.email'))))`
    const count = (sql: string) => Number(db.prepare(`SELECT count(*) FROM ${sql} IN ${own}`).pluck().get(key, row))
    return (
      `The account ${key} of central takes over this hub's own one: its password, ${count('api_tokens WHERE user_id')} tokens and its places in ` +
      `${count('people WHERE user_id')} houses go along, the role is central's. Programs log in as ${key} then.`
    )
  },
  run(context, { table, key }) {
    const refused = refusedRow(context, { table, key })
    const { scope, row } = refused
    const replaced = new ManagedRows(context.db, context.tables).takeOver(context, { scope, table, key, row })
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
function refusedRow(context: Context, { table, key }: { table: string; key: string }) {
  const refused = refusedRows(context, { only: { table, key } })
  const [first] = refused
  if (first === undefined)
    throw new LaresError('not_found', `this hub refused no row ${key} of ${table} from central`, {
      hint: 'Those it refused are named in lares sync status.',
    })
  const own = refused.find((known) => known.own.length > 0)
  if (own === undefined)
    throw new LaresError('bad_params', `no row of this hub's own is in the way: ${first.reason}`, {
      hint: `Only central can change that: lares central conflicts says how, or take it out there: ${removeWords(first)}.`,
    })
  return own
}
