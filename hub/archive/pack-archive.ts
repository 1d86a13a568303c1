import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { createTarPacker } from 'modern-tar'
import type { ArchiveFile } from './archive-files.ts'
import { CHECKSUMS, DATABASE, type EntrySum, MANIFEST, type Manifest } from './manifest.ts'
import { sealArchive } from './sealing.ts'
import type { Snapshot } from './snapshot.ts'

export interface ArchiveContent {
  manifest: Manifest
  snapshot: Pick<Snapshot, 'bytes' | 'pages' | 'close'>
  files: readonly ArchiveFile[]
  /** `null`: the archive is readable for whoever has it. */
  passphrase: string | null
}

/** Takes a piece of the archive; the next one is made once this has resolved. */
export type Take = (piece: Uint8Array) => Promise<void>

const READ_BYTES = 1 << 20
const MODE = 0o600

/** What was packed: the size of the archive as it was taken. */
export interface Packed {
  bytes: number
}

/**
 * Makes an archive, piece by piece as it is taken, and never holds more than a few megabytes of it: the manifest, the database,
 * the files, their checksums. Lets go of the snapshot as soon as the database is through. `progress` hears of bytes of the
 * contents. Rejects with what `take`, the disk or the database says.
 */
export async function packArchive(
  content: ArchiveContent,
  { take, progress }: { take: Take; progress: (bytes: number) => void },
): Promise<Packed> {
  const { readable, controller } = createTarPacker()
  const writing = writeEntries(content, new EntryWriter(controller, progress)).then(
    () => controller.finalize(),
    (error: unknown) => {
      controller.error(error)
      throw error
    },
  )
  const taking = takeAll(readable, content.passphrase, take)
  const [written, taken] = await Promise.allSettled([writing, taking])
  // Who writes hears of a taker that failed only that nobody takes any more; the taker hears what the other one says.
  if (taken.status === 'rejected') throw taken.reason
  if (written.status === 'rejected') throw written.reason
  return taken.value
}

async function takeAll(plain: ReadableStream<Uint8Array>, passphrase: string | null, take: Take): Promise<Packed> {
  const pieces = passphrase === null ? plain : await sealArchive(plain, passphrase)
  let bytes = 0
  for await (const piece of pieces) {
    await take(piece)
    bytes += piece.length
  }
  return { bytes }
}

type Controller = ReturnType<typeof createTarPacker>['controller']

/** Writes entries one after the other, and remembers what each was. */
class EntryWriter {
  readonly sums: EntrySum[] = []
  #controller: Controller
  #progress: (bytes: number) => void

  constructor(controller: Controller, progress: (bytes: number) => void) {
    this.#controller = controller
    this.#progress = progress
  }

  /** `chunks` have `bytes` together; each may be used again once the next one is asked for. */
  async add(name: string, bytes: number, chunks: Iterable<Buffer> | AsyncIterable<Buffer>): Promise<void> {
    const hash = createHash('sha256')
    const entry = this.#controller.add({ name, size: bytes, mode: MODE, type: 'file' }).getWriter()
    try {
      for await (const chunk of chunks) {
        hash.update(chunk)
        await entry.write(new Uint8Array(chunk))
        this.#progress(chunk.length)
      }
    } catch (error) {
      await entry.abort(error).catch(() => {})
      throw error
    }
    await entry.close()
    this.sums.push({ name, bytes, sha256: hash.digest('hex') })
  }

  async addText(name: string, text: string): Promise<void> {
    const bytes = Buffer.from(text)
    await this.add(name, bytes.length, [bytes])
  }
}

async function writeEntries({ manifest, snapshot, files }: ArchiveContent, writer: EntryWriter): Promise<void> {
  await writer.addText(MANIFEST, `${JSON.stringify(manifest, null, 1)}\n`)
  await writer.add(DATABASE, snapshot.bytes, snapshot.pages())
  snapshot.close()
  for (const file of files) await addFile(file, writer)
  await writer.addText(CHECKSUMS, `${JSON.stringify({ files: writer.sums }, null, 1)}\n`)
}

/** A recording whose time is over may go before its turn comes. */
async function addFile({ name, path }: ArchiveFile, writer: EntryWriter): Promise<void> {
  let handle: FileHandle
  try {
    handle = await open(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  try {
    const { size } = await handle.stat()
    await writer.add(name, size, chunksOf(handle, size))
  } finally {
    await handle.close()
  }
}

/** As many bytes as there were at first, whoever writes to it meanwhile. */
async function* chunksOf(handle: FileHandle, size: number): AsyncGenerator<Buffer, void> {
  const buffer = Buffer.alloc(Math.min(READ_BYTES, size))
  for (let at = 0; at < size; ) {
    const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, size - at), at)
    if (bytesRead === 0) throw new Error('a file became shorter while it was read')
    at += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}
