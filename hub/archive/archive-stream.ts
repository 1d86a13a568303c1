import { closeSync, createReadStream, openSync, readSync } from 'node:fs'
import { Readable } from 'node:stream'
import { SEAL_BEGINNING } from './sealing.ts'

const TAR_MARK = 'ustar'
const TAR_MARK_AT = 257
const PIECE_BYTES = 1 << 20

/** What a file is by its beginning: an archive, sealed or not, or something else. Throws what the system says. */
export function archiveKind(file: string): 'sealed' | 'plain' | null {
  const start = Buffer.alloc(512)
  const fd = openSync(file, 'r')
  try {
    readSync(fd, start, 0, start.length, 0)
  } finally {
    closeSync(fd)
  }
  if (start.toString('latin1', 0, SEAL_BEGINNING.length) === SEAL_BEGINNING) return 'sealed'
  return start.toString('latin1', TAR_MARK_AT, TAR_MARK_AT + TAR_MARK.length) === TAR_MARK ? 'plain' : null
}

/** A file and how it is read, a megabyte at a time. */
export function archiveStream(file: string): {
  kind: ReturnType<typeof archiveKind>
  open: () => ReadableStream<Uint8Array>
} {
  const open = () => {
    const stream = createReadStream(file, { highWaterMark: PIECE_BYTES })
    return Readable.toWeb(stream) as ReadableStream<Uint8Array>
  }
  return { kind: archiveKind(file), open }
}
