import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { asError, LaresError } from '../../shared/errors.ts'
import { shellWord } from '../../shared/shell-word.ts'
import { syncFolder } from '../../shared/sync-file.ts'
import { systemTrouble } from '../../shared/system-trouble.ts'
import { partOf } from '../store/part-files.ts'
import { readArchiveName } from './archive-name.ts'
import { type ArchivePlace, placeWords } from './archive-place.ts'
import { liesOn, type MountSources, mountOfLabel } from './mounted-stick.ts'

export type FolderPlace = Exclude<ArchivePlace, { kind: 'command' }>

/** What a hub that was killed left of an archive. */
const UNFINISHED = /^(lares-.+\.tar(?:\.age)?)\.(\d+)\.part$/

/** An archive that lies there. */
export interface LyingArchive {
  name: string
  bytes: number
}

/** A folder for archives, on a disk of the machine or on a stick that may be pulled out at any time. */
export class ArchiveFolder {
  readonly path: string
  #place: FolderPlace
  #mount: string | null

  /** Throws `device_missing` or `unreachable` while it is not there; it makes nothing where a disk is to be mounted. */
  constructor(place: FolderPlace, sources?: MountSources) {
    this.#place = place
    this.#mount = place.kind === 'usb' ? stickOf(place.label, sources) : null
    this.path = this.#mount === null ? place.folder : join(this.#mount, place.folder)
    if (this.#mount !== null) this.#makeOnStick()
    if (statSync(this.path, { throwIfNoEntry: false })?.isDirectory() !== true)
      throw new LaresError('unreachable', `there is no folder ${this.path}`, {
        hint: `Plug in or mount the disk that it is on, or make it: sudo install -d -m 700 -o lares -g lares ${shellWord(this.path)}`,
      })
  }

  /** Archives of this owner, in no order. */
  list(owner: string): LyingArchive[] {
    return readdirSync(this.path)
      .filter((name) => readArchiveName(name)?.owner === owner)
      .map((name) => ({ name, bytes: statSync(join(this.path, name)).size }))
  }

  file(name: string): string {
    return join(this.path, name)
  }

  remove(name: string): void {
    rmSync(this.file(name), { force: true })
  }

  /** What was left of archives of this owner by processes that are no more. */
  sweep(owner: string): void {
    for (const name of readdirSync(this.path)) {
      const [, whole = '', pid] = UNFINISHED.exec(name) ?? []
      if (readArchiveName(whole)?.owner === owner && !isAlive(Number(pid))) rmSync(this.file(name), { force: true })
    }
  }

  /** Throws `disk_full` where an archive of so many bytes would not fit. */
  checkRoom(bytes: number): void {
    const { bavail, bsize } = statfsSync(this.path)
    if (bavail * bsize < bytes)
      throw new LaresError(
        'disk_full',
        `${placeWords(this.#place)} has no room for a backup of ${Math.ceil(bytes / 1e6)} MB`,
        {
          hint: 'Remove what is not needed there, or keep fewer backups: keep in [backup] of hub.toml.',
        },
      )
  }

  /** A new file there, under a name that says that it is not whole. */
  begin(name: string): PartialArchive {
    const part = new PartialArchive(this, name, (error) => this.trouble(error))
    try {
      this.#checkStillThere(part.path)
      return part
    } catch (error) {
      part.discard()
      throw error
    }
  }

  /** Throws where the stick went meanwhile: what was written then lies in the folder that it was mounted on, or nowhere. */
  check(part: string): void {
    this.#checkStillThere(part)
  }

  /** What the system says of a file there, as somebody can mend it. */
  trouble(thrown: unknown): unknown {
    const code = (thrown as NodeJS.ErrnoException).code ?? ''
    const words = placeWords(this.#place)
    if (['EIO', 'ENODEV', 'ENXIO', 'ESTALE', 'ENOTCONN', 'ENOENT'].includes(code))
      return new LaresError(
        'device_missing',
        `${words} went away while a backup was written: ${asError(thrown).message}`,
        {
          cause: thrown,
          hint: `Plug it in again; the backup is made anew by itself.`,
        },
      )
    if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM')
      return new LaresError('unreachable', `the hub may not write to ${this.path}`, {
        cause: thrown,
        hint:
          'Let its service write there: sudo systemctl edit lares-hub, and in it [Service] and below it ' +
          `ReadWritePaths=-${this.path}; the user lares must own the folder or the mount. Then restart the hub.`,
      })
    if (code === '') return thrown
    return systemTrouble(thrown, this.path)
  }

  #makeOnStick(): void {
    try {
      this.#checkStillThere(this.#mount ?? '')
      if (!existsSync(this.path)) mkdirSync(this.path, { mode: 0o700 })
    } catch (error) {
      throw this.trouble(error)
    }
  }

  #checkStillThere(file: string): void {
    if (this.#mount === null || this.#place.kind !== 'usb') return
    if (!liesOn(file, this.#mount)) throw gone(this.#place.label)
  }
}

/** An archive that is not whole yet. */
export class PartialArchive {
  readonly path: string
  #folder: ArchiveFolder
  #name: string
  #fd: number | null
  #explain: (error: unknown) => unknown

  constructor(folder: ArchiveFolder, name: string, explain: (error: unknown) => unknown) {
    this.#folder = folder
    this.#name = name
    this.#explain = explain
    this.path = partOf(folder.file(name))
    try {
      this.#fd = openSync(this.path, 'wx', 0o600)
    } catch (error) {
      throw explain(error)
    }
  }

  take(piece: Uint8Array): void {
    try {
      for (let at = 0; at < piece.length; ) at += writeSync(this.#fd ?? -1, piece, at)
    } catch (error) {
      throw this.#explain(error)
    }
  }

  /** All of it is on the disk, under the name that says that it is not checked yet. */
  finish(): void {
    try {
      fsyncSync(this.#fd ?? -1)
      this.#close()
      this.#folder.check(this.path)
    } catch (error) {
      throw this.#explain(error)
    }
  }

  /** Gives it its name, durably. */
  place(): void {
    try {
      this.#folder.check(this.path)
      renameSync(this.path, this.#folder.file(this.#name))
      syncFolder(this.#folder.path)
    } catch (error) {
      throw this.#explain(error)
    }
  }

  /** Nothing is left of it, unless the stick with it is. */
  discard(): void {
    try {
      this.#close()
      rmSync(this.path, { force: true })
    } catch {
      // what went with a stick is swept when that is back
    }
  }

  #close(): void {
    const fd = this.#fd
    this.#fd = null
    if (fd !== null) closeSync(fd)
  }
}

function stickOf(label: string, sources: MountSources | undefined): string {
  const mount = mountOfLabel(label, sources)
  if (mount === null) throw gone(label)
  return mount
}

function gone(label: string): LaresError {
  return new LaresError('device_missing', `the stick ${label} is not plugged in, or not mounted`, {
    hint: `Plug it in: the backup is made by itself then. Where no desktop mounts it, a line in /etc/fstab does: docs/backup.md, "A stick".`,
  })
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return pid !== process.pid
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
