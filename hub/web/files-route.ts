import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { LaresError } from '../../shared/errors.ts'
import type { FileTicket } from '../contract/file-ticket.ts'
import { exportedLines, type ReadingsPage } from './export-rows.ts'
import { disposition, sendFile } from './send-file.ts'
import { shownCookie } from './session-cookie.ts'
import type { TicketBook } from './ticket-book.ts'
import { sendError } from './web-errors.ts'
import type { WebRequest, WebRoute } from './web-route.ts'

export interface FilesRouteParts {
  book: TicketBook
  /** Folder of clips. */
  clips: string
  /** The newest copy of the database, or `null`. */
  newestBackup(): string | null
  /** Id of the login that a cookie is of, by its hash; `null`: nobody is logged in with it. */
  loginOf(cookie: string): Promise<string | null>
  /** A page of readings, as the one who asked for the ticket may see them now. */
  readings(ticket: FileTicket, params: Readonly<Record<string, unknown>>): Promise<ReadingsPage>
}

/** Rows of one page of an export: some hundred kilobytes. */
const PAGE_ROWS = 4_000
const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/

/** `GET /files/<ticket>`: bytes for whoever was handed the ticket, and nobody else. */
export function filesRoute(parts: FilesRouteParts): WebRoute {
  return {
    methods: ['GET'],
    async answer(asked) {
      const ticket = parts.book.find(hashOf(asked.path.split('/')[2] ?? ''))
      try {
        if (ticket === null || !(await isTheirs(ticket, asked, parts)) || !parts.book.use(ticket))
          throw new LaresError('not_found', 'there is nothing at this link, or no more', {
            hint: 'Ask for it again: each link is good once, for a minute, for whoever asked.',
          })
      } catch (error) {
        sendError(asked.response, error)
        return
      }
      asked.known()
      await parts.book.answering(ticket, (signal) => send({ ticket, signal }, asked, parts))
    },
  }
}

/** A browser shows the cookie of the login that asked; anybody else comes from the address from which they asked. */
async function isTheirs(
  { caller, isBrowser }: FileTicket,
  asked: WebRequest,
  { loginOf }: FilesRouteParts,
): Promise<boolean> {
  if (isBrowser) {
    const cookie = shownCookie(asked.request.headers.cookie)
    return cookie !== undefined && (await loginOf(cookie)) === caller.token
  }
  return caller.kind === 'local' ? LOOPBACK.test(asked.remote) : asked.remote === caller.address
}

async function send(
  { ticket, signal }: { ticket: FileTicket; signal: AbortSignal },
  { request, response }: WebRequest,
  parts: FilesRouteParts,
): Promise<void> {
  const { content, name } = ticket
  const { range } = request.headers
  switch (content.kind) {
    case 'recording':
      await sendFile(response, {
        ...{ path: join(parts.clips, content.file), type: 'audio/wav', name, isShown: true, range, signal },
      })
      return
    case 'backup': {
      const path = parts.newestBackup()
      const none = 'The hub makes one within the hour. At once: lares hub backup --to FILE.'
      if (path === null) sendError(response, new LaresError('not_found', 'there is no copy yet', { hint: none }))
      else
        await sendFile(response, {
          ...{ path, type: 'application/vnd.sqlite3', name, isShown: false, range: undefined, signal },
        })
      return
    }
    default: {
      const { format, params } = content
      const page = (after: string | undefined) =>
        parts.readings(ticket, { ...params, limit: PAGE_ROWS, ...(after === undefined ? {} : { after }) })
      response.writeHead(200, {
        'Content-Type': format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson',
        'Content-Disposition': disposition(name, false),
      })
      await pipeline(Readable.from(exportedLines(format, page)), response, { signal })
    }
  }
}

function hashOf(value: string): string {
  return createHash('sha256').update(value).digest('hex')
}
