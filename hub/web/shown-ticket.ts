import { createHash } from 'node:crypto'
import { LaresError } from '../../shared/errors.ts'
import type { FileTicket, TicketContent } from '../contract/file-ticket.ts'
import { shownCookie } from './session-cookie.ts'
import type { TicketBook } from './ticket-book.ts'
import type { WebRequest } from './web-route.ts'

export interface TicketParts {
  book: TicketBook
  /** Id of the login that a cookie is of, by its hash; `null`: nobody is logged in with it. */
  loginOf(cookie: string): Promise<string | null>
}

const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/

/**
 * The ticket that a request shows behind the first level of its path, used up by that. Throws `not_found` where there is none, it is
 * somebody else's, or for something else: that uses up nothing.
 */
export async function shownTicket(
  asked: WebRequest,
  { book, loginOf }: TicketParts,
  isFor: (content: TicketContent) => boolean,
): Promise<FileTicket> {
  const ticket = book.find(hashOf(asked.path.split('/')[2] ?? ''))
  if (ticket !== null && isFor(ticket.content) && (await isTheirs(ticket, asked, loginOf)) && book.use(ticket))
    return ticket
  throw new LaresError('not_found', 'there is nothing at this link, or no more', {
    hint: 'Ask for it again: each link is good once, for a minute, for whoever asked.',
  })
}

/** A browser shows the cookie of the login that asked; anybody else comes from the address from which they asked. */
async function isTheirs(
  { caller, isBrowser }: FileTicket,
  asked: WebRequest,
  loginOf: TicketParts['loginOf'],
): Promise<boolean> {
  if (isBrowser) {
    const cookie = shownCookie(asked.request.headers.cookie)
    return cookie !== undefined && (await loginOf(cookie)) === caller.token
  }
  return caller.kind === 'local' ? LOOPBACK.test(asked.remote) : asked.remote === caller.address
}

function hashOf(value: string): string {
  return createHash('sha256').update(value).digest('hex')
}
