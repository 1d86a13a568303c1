import { createSecretKey } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  type Stats,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import { writeDurably } from '../../shared/durable-file.ts'
import { LaresError } from '../../shared/errors.ts'
import { giveToOwnerOf } from '../../shared/give-to-owner.ts'
import { type RandomBytes, systemRandom } from '../../shared/ids.ts'
import { runningUser } from '../../shared/running-user.ts'
import { shellWord } from '../../shared/shell-word.ts'
import { syncFolder } from '../../shared/sync-file.ts'
import { systemTrouble } from '../../shared/system-trouble.ts'
import { byAge, isKeyId, isNewerKey, nextKeyId } from './key-id.ts'
import type { SealingKey } from './seal.ts'

const ENDING = '.key'
/** What an interrupted `make` left. */
const UNFINISHED = /^\.k\d+-[a-z0-9]{8}\.key\./
const KEY_BYTES = 32
const HEAD =
  '# A key of the Lares hub. Without it nobody can read what is sealed in its database. Keep copies apart from backups.'

/**
 * The folder with the keys of what is sealed, a file for each, outside of the database and everything that copies it. As ssh
 * does, it refuses a key that somebody else could have read.
 */
export class KeyFolder {
  readonly path: string
  #random: RandomBytes

  constructor(path: string, random: RandomBytes = systemRandom) {
    this.path = path
    this.#random = random
  }

  /** Every key, the one in use first; none where there is no folder. Throws `unsafe_key` and what the system refuses. */
  read(): SealingKey[] {
    return this.#ids().map((id) => ({ id, key: this.#readKey(id) }))
  }

  /** Makes a key that takes the place of all before it, durably. Returns its id. Throws what the system refuses. */
  make(): string {
    const [newest] = this.#ids()
    const id = nextKeyId(newest, this.#random)
    this.#write(id)
    return id
  }

  /**
   * Makes the key of this id, durably, unless it is there or one that took its place: twice is safe. Returns whether it did.
   * Throws what the system refuses.
   */
  makeWanted(id: string): boolean {
    const [newest] = this.#ids()
    if (!isNewerKey(id, newest)) return false
    this.#write(id)
    return true
  }

  /** Removes a key for good. Twice is safe. Throws what the system refuses. */
  remove(id: string): void {
    try {
      rmSync(this.fileOf(id), { force: true })
      syncFolder(this.path)
    } catch (cause) {
      throw this.#refused(cause, this.fileOf(id))
    }
  }

  /** The file of the key of this id, whether or not it is there. */
  fileOf(id: string): string {
    return join(this.path, id + ENDING)
  }

  #ids(): string[] {
    if (!existsSync(this.path)) return []
    try {
      checkPrivate(this.path, statSync(this.path), 'chmod 700')
      const names = readdirSync(this.path).filter((name) => name.endsWith(ENDING))
      return names
        .map((name) => name.slice(0, -ENDING.length))
        .filter(isKeyId)
        .sort(byAge)
    } catch (cause) {
      throw this.#refused(cause, this.path)
    }
  }

  #write(id: string): void {
    try {
      if (!existsSync(this.path)) this.#makeFolder()
      for (const name of readdirSync(this.path)) if (UNFINISHED.test(name)) rmSync(join(this.path, name))
      const bytes = Buffer.from(this.#random(KEY_BYTES))
      writeDurably(this.fileOf(id), `${HEAD}\n${bytes.toString('base64url')}\n`)
      bytes.fill(0)
      giveToOwnerOf(this.path, this.fileOf(id))
    } catch (cause) {
      throw this.#refused(cause, this.path)
    }
  }

  #makeFolder(): void {
    mkdirSync(this.path, { recursive: true, mode: 0o700 })
    // The process may have been told to give less away, never more.
    chmodSync(this.path, 0o700)
    giveToOwnerOf(join(this.path, '..'), this.path)
  }

  #readKey(id: string): SealingKey['key'] {
    const file = this.fileOf(id)
    const bytes = this.#readBytes(file)
    if (bytes.length !== KEY_BYTES)
      throw new LaresError('unsafe_key', `${file} holds no whole key`, {
        hint: `Put it back from a copy. Without one move it away: sudo mv ${shellWord(file)} ${shellWord(`${file}.damaged`)}, and enter the secrets anew.`,
      })
    const key = createSecretKey(bytes)
    bytes.fill(0)
    return key
  }

  /** No link is followed, and what was opened is what is looked at: nobody can exchange it in between. */
  #readBytes(file: string): Buffer {
    try {
      const fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW)
      try {
        checkPrivate(file, fstatSync(fd), 'chmod 600')
        const [, line = ''] = /^#.*\n([\w-]{43})\n$/.exec(readFileSync(fd, 'utf8')) ?? []
        return Buffer.from(line, 'base64url')
      } finally {
        closeSync(fd)
      }
    } catch (cause) {
      // What O_NOFOLLOW says of a link, wherever that leads.
      if ((cause as NodeJS.ErrnoException).code === 'ELOOP') throw isLink(file)
      throw this.#refused(cause, file)
    }
  }

  #refused(cause: unknown, path: string): unknown {
    return cause instanceof LaresError ? cause : systemTrouble(cause, path)
  }
}

function isLink(file: string): LaresError {
  return new LaresError('unsafe_key', `${file} is a link, and keys are none: what it leads to could be exchanged`, {
    // Only root's shell may look where it leads: nobody else can enter the folder.
    hint: `Put the key itself there: sudo sh -c 'cp -p --remove-destination "$(readlink -f "$0")" "$0"' ${shellWord(file)}`,
  })
}

/** Root may read everything anyway, and what is root's nobody else put there. */
function checkPrivate(path: string, { mode, uid }: Stats, change: string): void {
  const own = process.geteuid?.() ?? uid
  if (uid !== own && uid !== 0 && own !== 0)
    throw new LaresError('unsafe_key', `${path} belongs to another user than ${runningUser()}`, {
      hint: `Give it to this one: sudo chown ${runningUser()} ${shellWord(path)}`,
    })
  if ((mode & 0o077) !== 0)
    throw new LaresError(
      'unsafe_key',
      `others than ${runningUser()} may read or change ${path}, which must be private`,
      {
        hint: `Make it private: sudo ${change} ${shellWord(path)}`,
      },
    )
}
