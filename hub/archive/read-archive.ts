import { createHash, type Hash } from 'node:crypto'
import { createTarDecoder, type ParsedTarEntry } from 'modern-tar'
import { cleanText } from '../../shared/clean-text.ts'
import { cutText } from '../../shared/cut-text.ts'
import { asError, LaresError } from '../../shared/errors.ts'
import { ENTRY_NAME } from './archive-files.ts'
import {
  CHECKSUMS,
  CHOOSE,
  DATABASE,
  type EntrySum,
  MANIFEST,
  type Manifest,
  MOST_TEXT_BYTES,
  readChecksums,
  readManifest,
} from './manifest.ts'
import { openSealed } from './sealing.ts'

export interface ArchiveSource {
  /** For messages: the path, or whatever it is known by. */
  name: string
  /** The archive as it lies there. */
  bytes: ReadableStream<Uint8Array>
  /** `null`: it is not sealed. */
  passphrase: string | null
}

/** What is done with an archive while it is read. Whatever throws ends it. */
export interface ArchiveReader {
  /** Called first. */
  manifest(manifest: Manifest): void | Promise<void>
  /** Of each other entry, in turn: takes its bytes. `null`: nobody wants them. */
  entry(name: string, bytes: number): EntryTaker | null | Promise<EntryTaker | null>
}

export interface EntryTaker {
  take(chunk: Uint8Array): void | Promise<void>
  /** All of it was taken. */
  end(): void | Promise<void>
}

/**
 * Reads an archive from its beginning to its end and compares all of it with its checksums. It resolves only when it is whole.
 * Rejects with `bad_params` for what is damaged, cut off, sealed otherwise or no archive, and for an entry that a hub does not
 * make, such as a link or a path that leads elsewhere; with `newer_schema` for what is of later; and with what `reader` throws.
 */
export async function readArchive(source: ArchiveSource, reader: ArchiveReader): Promise<Manifest> {
  const { name, bytes, passphrase } = source
  const plain = passphrase === null ? bytes : await openSealed(bytes, passphrase, name)
  const reading = new Reading(name, reader)
  try {
    for await (const entry of plain.pipeThrough(createTarDecoder({ strict: true }))) await reading.entry(entry)
    return reading.end()
  } catch (error) {
    throw error instanceof LaresError || isOfSystem(error) ? error : damaged(name, asError(error).message, error)
  }
}

/** Where a disk refuses something, it is not the archive that is damaged. */
function isOfSystem(error: unknown): boolean {
  return typeof (error as NodeJS.ErrnoException).syscall === 'string'
}

function damaged(name: string, what: string, cause?: unknown): LaresError {
  return new LaresError('bad_params', `${name} is damaged or cut off: ${what}`, { cause, hint: CHOOSE })
}

class Reading {
  #name: string
  #reader: ArchiveReader
  #manifest: Manifest | null = null
  #expected: readonly EntrySum[] | null = null
  #sums = new Map<string, EntrySum>()

  constructor(name: string, reader: ArchiveReader) {
    this.#name = name
    this.#reader = reader
  }

  async entry({ header, body }: ParsedTarEntry): Promise<void> {
    const { name, size, type } = header
    this.#check(name, type)
    const hash = createHash('sha256')
    if (name === MANIFEST || name === CHECKSUMS) {
      const text = await textOf(body, hash)
      if (name === CHECKSUMS) {
        this.#expected = readChecksums(text, this.#name)
        return
      }
      this.#manifest = readManifest(text, this.#name)
      this.#note(name, size, hash)
      await this.#reader.manifest(this.#manifest)
      return
    }
    const taker = await this.#reader.entry(name, size)
    for await (const chunk of body) {
      hash.update(chunk)
      await taker?.take(chunk)
    }
    await taker?.end()
    this.#note(name, size, hash)
  }

  end(): Manifest {
    const [manifest, expected] = [this.#manifest, this.#expected]
    if (!manifest || !expected) throw damaged(this.#name, 'its end is missing')
    if (!this.#sums.has(DATABASE)) throw damaged(this.#name, 'it holds no database')
    if (expected.length !== this.#sums.size) throw damaged(this.#name, 'something of it is missing')
    for (const { name, bytes, sha256 } of expected) {
      const found = this.#sums.get(name)
      if (found?.bytes !== bytes || found.sha256 !== sha256)
        throw damaged(this.#name, `${name} is another than was packed`)
    }
    return manifest
  }

  #check(name: string, type: string | undefined): void {
    const first = this.#manifest === null
    if (first && (name !== MANIFEST || type !== 'file'))
      throw new LaresError('bad_params', `${this.#name} is no archive of a hub`, { hint: CHOOSE })
    const isKnown = name === CHECKSUMS || name === DATABASE || ENTRY_NAME.test(name) || (first && name === MANIFEST)
    if (type !== 'file' || !isKnown)
      throw new LaresError('bad_params', `${this.#name} holds ${shown(name)} (${type}), which no hub packs`, {
        hint: CHOOSE,
      })
    if (this.#sums.has(name) || this.#expected)
      throw damaged(this.#name, `${name} stands in it twice, or behind its end`)
  }

  #note(name: string, bytes: number, hash: Hash): void {
    this.#sums.set(name, { name, bytes, sha256: hash.digest('hex') })
  }
}

/** A name that is none may be millions of letters long, and is written to a terminal. */
function shown(name: string): string {
  return JSON.stringify(cutText(cleanText(name), 100))
}

async function textOf(body: ReadableStream<Uint8Array>, hash: Hash): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > MOST_TEXT_BYTES) throw new Error('what it says of itself has no end')
    hash.update(chunk)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
