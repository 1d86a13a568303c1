import { z } from 'zod'
import { time, toType } from '../../../shared/admin/fields.ts'
import { adminCommand, type PrepareContext } from '../../engine/admin-command.ts'
import { makeSetupCode } from './setup-codes.ts'

export const setupLink = adminCommand({
  area: 'users',
  verb: 'setup',
  needs: 'administer',
  summary:
    "Make a link, good once and for an hour, by which an owner's account is made at the page, or gets another password",
  params: z.strictObject({}),
  result: z.strictObject({
    link: toType,
    /** The same for other addresses of this machine. */
    others: z.array(toType),
    expires_at: time,
    warnings: z.array(z.string()),
  }),
  examples: [{ says: 'the link of this hub', params: {} }],
  changes: true,
  secretAnswer: true,
  prepare: async (_params, { hub }) => hub.page(),
  run(context) {
    const { origins, warnings } = context.prepared as ReturnType<PrepareContext['hub']['page']>
    const { code, expiresAt } = makeSetupCode(context)
    const [link = '', ...others] = origins.map((origin) => setupLinkAt(origin, code))
    return { link, others, expires_at: expiresAt, warnings }
  },
})

/** The code stands behind the #: a browser sends that to nobody, and so it is in no log. */
export function setupLinkAt(origin: string, code: string): string {
  return `${origin}/#setup=${code}`
}
