import { open } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'

export interface FileToSend {
  path: string
  type: string
  /** What it is called where it is kept. */
  name: string
  /** Whether a browser may show it in its place, or keeps it. */
  isShown: boolean
  /** `Range` of the request. */
  range: string | undefined
  /** Ends it where it is. */
  signal: AbortSignal
}

/** Sends a file, or the piece of it that is asked for. Throws where it cannot be opened. */
export async function sendFile(
  response: ServerResponse,
  { path, type, name, isShown, range, signal }: FileToSend,
): Promise<void> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const piece = pieceOf(range, size)
    if (piece === 'none') {
      response.writeHead(416, { 'Content-Range': `bytes */${size}` }).end()
      return
    }
    const { from, to } = piece ?? { from: 0, to: size - 1 }
    response.writeHead(piece === null ? 200 : 206, {
      'Content-Type': type,
      'Content-Disposition': disposition(name, isShown),
      'Content-Length': Math.max(0, to - from + 1),
      'Accept-Ranges': 'bytes',
      ...(piece === null ? {} : { 'Content-Range': `bytes ${from}-${to}/${size}` }),
    })
    if (size === 0) response.end()
    else await pipeline(file.createReadStream({ start: from, end: to, autoClose: false }), response, { signal })
  } finally {
    await file.close()
  }
}

/** Names are the hub's own, of letters that need no escaping; what is none is a hyphen. */
export function disposition(name: string, isShown: boolean): string {
  return `${isShown ? 'inline' : 'attachment'}; filename="${name.replace(/[^A-Za-z0-9._-]/g, '-')}"`
}

/** The one piece that is asked for [RFC 9110, 14.2]; `null`: the whole; `none`: there is no such. Several pieces are the whole. */
function pieceOf(range: string | undefined, size: number): { from: number; to: number } | 'none' | null {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(range?.trim() ?? '') ?? []
  if (first === '' && last === '') return null
  if (first === '') {
    const length = Math.min(size, Number(last))
    return length === 0 ? 'none' : { from: size - length, to: size - 1 }
  }
  const from = Number(first)
  const to = last === '' ? size - 1 : Math.min(size - 1, Number(last))
  if (last !== '' && Number(last) < from) return null
  return from >= size ? 'none' : { from, to }
}
