import { TICKETS } from '../../../shared/limits.ts'
import type { FileTicket } from '../../contract/file-ticket.ts'
import type { CallContext } from '../../engine/admin-command.ts'
import { hashSecret } from '../devices/joining.ts'

declare module '../../engine/input.ts' {
  interface EffectKinds {
    /** Somebody may fetch bytes over HTTPS. */
    file_ticket: { ticket: FileTicket }
  }
}

export interface HandedOut {
  path: string
  name: string
  expires_at: number
}

const TICKET_BYTES = 32

/** Hands out a ticket to whoever asks, which nobody else can use. `at`: the path below which it is used. */
export function handOut(
  context: CallContext,
  { content, name, at = 'files' }: Pick<FileTicket, 'content' | 'name'> & { at?: 'files' | 'hear' },
): HandedOut {
  const { caller, db, now } = context
  const value = Buffer.from(context.random(TICKET_BYTES)).toString('base64url')
  const { principal, kind, user, token, rights, client, address, session } = caller
  const isBrowser = db.prepare('SELECT 1 FROM web_sessions WHERE id = ?').get(token) !== undefined
  const asked = { principal, kind, user, token, rights, client, address, session }
  const ticket = { hash: hashSecret(value), content, name, caller: asked, isBrowser }
  context.effect({ kind: 'file_ticket', ticket })
  return { path: `/${at}/${value}`, name, expires_at: now + TICKETS.ageMs }
}
