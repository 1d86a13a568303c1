import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { LaresError } from '../../shared/errors.ts'
import type { FileTicket } from '../contract/file-ticket.ts'
import type { SpeechChoice, SpeechDesk } from '../contract/speech-desk.ts'
import { exportedLines, type ReadingsPage } from './export-rows.ts'
import { disposition, sendFile } from './send-file.ts'
import { shownTicket, type TicketParts } from './shown-ticket.ts'
import { sendError } from './web-errors.ts'
import type { WebRequest, WebRoute } from './web-route.ts'

export interface FilesRouteParts extends TicketParts {
  /** Folder of clips. */
  clips: string
  /** The newest copy of the database, or `null`. */
  newestBackup(): string | null
  /** A page of readings, as the one who asked for the ticket may see them now. */
  readings(ticket: FileTicket, params: Readonly<Record<string, unknown>>): Promise<ReadingsPage>
  /** What speaks. Throws `part_failed` where that does not run. */
  speech(): SpeechDesk
}

/** Rows of one page of an export: some hundred kilobytes. */
const PAGE_ROWS = 4_000

/** `GET /files/<ticket>`: bytes for whoever was handed the ticket, and nobody else. */
export function filesRoute(parts: FilesRouteParts): WebRoute {
  return {
    methods: ['GET'],
    async answer(asked) {
      let ticket: FileTicket
      try {
        ticket = await shownTicket(asked, parts, (content) => content.kind !== 'hearing')
      } catch (error) {
        sendError(asked.response, error)
        return
      }
      asked.known()
      await parts.book.answering(ticket, (signal) => send({ ticket, signal }, asked, parts))
    },
  }
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
    case 'speech':
      await sendSpeech({ ...content, name, signal }, response, parts)
      return
    case 'hearing':
      return
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

/** A browser that went away hears nothing any more. */
async function sendSpeech(
  { text, choice, name, signal }: { text: string; choice: SpeechChoice; name: string; signal: AbortSignal },
  response: ServerResponse,
  { speech }: FilesRouteParts,
): Promise<void> {
  const left = new AbortController()
  response.once('close', () => left.abort())
  try {
    const wav = await speech().speak(text, choice, AbortSignal.any([signal, left.signal]))
    response.writeHead(200, {
      'Content-Type': 'audio/wav',
      'Content-Length': wav.length,
      'Content-Disposition': disposition(name, true),
    })
    response.end(wav)
  } catch (error) {
    if (signal.aborted || left.signal.aborted) response.destroy()
    else sendError(response, error)
  }
}
