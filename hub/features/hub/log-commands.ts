import { z } from 'zod'
import { logLine } from '../../../shared/admin/fields.ts'
import { ALL_PARTS, LOG_LEVELS, logBoard } from '../../../shared/log-board.ts'
import { adminCommand } from '../../engine/admin-command.ts'

/** The names that parts of the hub put on their lines; `hub` has no name of its own there. */
export const HUB_LOG_PARTS = [
  ALL_PARTS,
  'hub',
  'access',
  'admin',
  'backup',
  'broker',
  'effects',
  'engine',
  'intake',
  'jobs',
  'makers',
  'sync',
  'voice',
] as const

export const setLogLevel = adminCommand({
  area: 'hub',
  verb: 'log-level',
  needs: 'administer',
  summary: 'How much a part of the hub says in its log, until the hub ends; "all" is every part',
  params: z.strictObject({ part: z.enum(HUB_LOG_PARTS), level: z.enum(LOG_LEVELS) }),
  result: z.strictObject({ part: z.string(), level: z.string() }),
  examples: [
    { says: 'every try to reach central', params: { part: 'sync', level: 'debug' } },
    { says: 'as little as possible', params: { part: 'all', level: 'error' } },
  ],
  positional: ['part', 'level'],
  changes: true,
  run(context, { part, level }) {
    context.effect({ kind: 'log_level', part, level })
    return { part, level }
  },
})

export const showLog = adminCommand({
  area: 'hub',
  verb: 'log',
  needs: 'administer',
  summary: 'The last lines of the log, as far as the running hub remembers them',
  params: z.strictObject({}),
  result: z.strictObject({ lines: z.array(logLine) }),
  examples: [{ says: 'what was said last', params: {} }],
  changes: false,
  prepare: async () => logBoard.recent(),
  run: (context) => ({ lines: context.prepared as string[] }),
})
