import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { LaresError } from '../../shared/errors.ts'
import { giveToOwnerOf } from '../../shared/give-to-owner.ts'
import { syncFolder } from '../../shared/sync-file.ts'
import type { Manifest } from './manifest.ts'
import { type ArchiveReader, type ArchiveSource, type EntryTaker, readArchive } from './read-archive.ts'

/** What a hub needs to start, beside what is unpacked. */
const SPARE_BYTES = 64 << 20

/** How far an archive was read: bytes of its contents. */
export type Progress = (done: number, total: number) => void

export interface Unpacked {
  manifest: Manifest
  /** The names of its entries. */
  names: readonly string[]
}

/**
 * Unpacks an archive into a folder, each file for its owner alone, synced, and given to the owner of the folder. `nameOf` says how an
 * entry is called there, as a path; `null`: it is read and checked, and written nowhere. Rejects as `readArchive` does, and with
 * `disk_full` before anything is written. What was written then is the caller's to remove.
 */
export async function unpackArchive(source: ArchiveSource, options: UnpackOptions): Promise<Unpacked> {
  const unpacking = new Unpacking(source.name, options)
  const manifest = await readArchive(source, unpacking)
  unpacking.giveAll()
  return { manifest, names: unpacking.names }
}

export interface UnpackOptions {
  into: string
  nameOf: (entry: string) => string | null
  progress: Progress
}

class Unpacking implements ArchiveReader {
  readonly names: string[] = []
  #source: string
  #options: UnpackOptions
  #made = new Set<string>()
  #done = 0
  #total = 0

  constructor(source: string, options: UnpackOptions) {
    this.#source = source
    this.#options = options
  }

  manifest({ bytes }: Manifest): void {
    this.#total = bytes
    const { into } = this.#options
    const { bavail, bsize } = statfsSync(into)
    const needed = bytes + SPARE_BYTES
    if (bavail * bsize < needed)
      throw new LaresError('disk_full', `${this.#source} needs ${Math.ceil(needed / 1e6)} MB free in ${into}`, {
        hint: 'Free space there, and run it again. Nothing was changed.',
      })
  }

  entry(name: string): EntryTaker {
    this.names.push(name)
    const file = this.#options.nameOf(name)
    if (file !== null) this.#made.add(file.split('/', 1)[0] ?? file)
    return this.#counted(file === null ? null : new WrittenFile(join(this.#options.into, file)))
  }

  /** Whatever the umask took, a folder is its owner's to enter; all of it is durable and the owner's of the folder. */
  giveAll(): void {
    const { into } = this.#options
    for (const name of this.#made) giveTree(into, join(into, name))
    syncFolder(into)
  }

  #counted(file: WrittenFile | null): EntryTaker {
    return {
      take: (chunk) => {
        file?.take(chunk)
        this.#done += chunk.length
        this.#options.progress(Math.min(this.#done, this.#total), this.#total)
      },
      end: () => file?.end(),
    }
  }
}

/** A file that is written from its beginning to its end, and then known to be on the disk. */
class WrittenFile implements EntryTaker {
  #fd: number

  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    this.#fd = openSync(path, 'wx', 0o600)
  }

  take(chunk: Uint8Array): void {
    try {
      for (let at = 0; at < chunk.length; ) at += writeSync(this.#fd, chunk, at)
    } catch (error) {
      closeSync(this.#fd)
      throw error
    }
  }

  end(): void {
    fsyncSync(this.#fd)
    closeSync(this.#fd)
  }
}

function giveTree(owned: string, path: string): void {
  giveToOwnerOf(owned, path)
  if (!statSync(path).isDirectory()) return
  for (const name of readdirSync(path)) giveTree(owned, join(path, name))
  chmodSync(path, 0o700)
  syncFolder(path)
}
