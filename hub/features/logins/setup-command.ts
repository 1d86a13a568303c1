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
    /** Of the authority that a browser is to trust, SHA-256; `null`: the page has a certificate of its own. */
    fingerprint: z.string().nullable(),
    warnings: z.array(z.string()),
  }),
  examples: [{ says: 'the link of this hub', params: {} }],
  changes: true,
  secretAnswer: true,
  prepare: async (_params, { hub }) => hub.page(),
  run(context) {
    const { origins, warnings, fingerprint } = context.prepared as ReturnType<PrepareContext['hub']['page']>
    const { code, expiresAt } = makeSetupCode(context)
    const [link = '', ...others] = origins.map((origin) => setupLinkAt(origin, code))
    return { link, others, expires_at: expiresAt, fingerprint, warnings }
  },
})

/** The code stands behind the #: a browser sends that to nobody, and so it is in no log. */
export function setupLinkAt(origin: string, code: string): string {
  return `${origin}/#setup=${code}`
}
