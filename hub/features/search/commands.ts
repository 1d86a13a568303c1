import { z } from 'zod'
import { adminCommand } from '../../engine/admin-command.ts'

export const searchStatus = adminCommand({
  area: 'search',
  verb: 'status',
  needs: 'administer',
  summary: 'Which tables are searched by words, and whether their indexes have all rows',
  params: z.strictObject({}),
  result: z.strictObject({
    indexes: z.array(
      z.strictObject({
        table: z.string(),
        state: z.enum(['ready', 'filling']),
        /** Key of the last row that was filled in; rows that came later are there, too. */
        filled_to: z.string().nullable(),
      }),
    ),
  }),
  examples: [{ says: 'whether everything is found', params: {} }],
  changes: false,
  query({ db }) {
    const indexes = db
      .prepare(
        `SELECT table_name AS "table", CASE WHEN is_filled AND NOT rebuild THEN 'ready' ELSE 'filling' END AS state, filled_to FROM search_state ORDER BY table_name`,
      )
      .all()
    return { indexes }
  },
})

export const rebuildSearch = adminCommand({
  area: 'search',
  verb: 'rebuild',
  needs: 'administer',
  summary: 'Make the search indexes anew from their tables; until they have all rows, less is found',
  params: z.strictObject({}),
  result: z.strictObject({ tables: z.array(z.string()) }),
  examples: [{ says: 'when something is not found that is there', params: {} }],
  changes: true,
  run({ db }) {
    const tables = db.prepare('UPDATE search_state SET rebuild = 1 RETURNING table_name').pluck().all() as string[]
    return { tables: tables.sort() }
  },
})

export const COMMANDS = [searchStatus, rebuildSearch] as const
