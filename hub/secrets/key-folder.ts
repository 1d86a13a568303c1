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
import { crockford, type RandomBytes, systemRandom } from '../../shared/ids.ts'
import { runningUser } from '../../shared/running-user.ts'
import { shellWord } from '../../shared/shell-word.ts'
import { syncFolder } from '../../shared/sync-file.ts'
import { systemTrouble } from '../../shared/system-trouble.ts'
import { giveToOwnerOf } from '../store/files.ts'
import type { SealingKey } from './seal.ts'

const KEY_FILE = /^(k([1-9]\d{0,8})-[a-z0-9]{8})\.key$/
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
    try {
      if (!existsSync(this.path)) this.#makeFolder()
      const [newest] = this.#ids()
      for (const name of readdirSync(this.path)) if (UNFINISHED.test(name)) rmSync(join(this.path, name))
      const id = `k${newest === undefined ? 1 : numberOf(newest) + 1}-${crockford(8, this.#random)}`
      const bytes = Buffer.from(this.#random(KEY_BYTES))
      writeDurably(this.#file(id), `${HEAD}\n${bytes.toString('base64url')}\n`)
      bytes.fill(0)
      giveToOwnerOf(this.path, this.#file(id))
      return id
    } catch (cause) {
      throw this.#refused(cause, this.path)
    }
  }

  /** Removes a key for good. Twice is safe. */
  remove(id: string): void {
    rmSync(this.#file(id), { force: true })
    syncFolder(this.path)
  }

  #file(id: string): string {
    return join(this.path, `${id}.key`)
  }

  #ids(): string[] {
    if (!existsSync(this.path)) return []
    try {
      checkPrivate(this.path, statSync(this.path), 'chmod 700')
      const ids = readdirSync(this.path).flatMap((name) => KEY_FILE.exec(name)?.[1] ?? [])
      return ids.sort((a, b) => numberOf(b) - numberOf(a) || (a < b ? 1 : -1))
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
    const file = this.#file(id)
    const bytes = this.#readBytes(file)
    if (bytes.length !== KEY_BYTES)
      throw new LaresError('unsafe_key', `${file} holds no whole key`, {
        hint: `Put it back from a copy. Without one move it away: mv ${shellWord(file)} ${shellWord(`${file}.damaged`)}, and enter the secrets anew.`,
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
      throw this.#refused(cause, file)
    }
  }

  #refused(cause: unknown, path: string): unknown {
    return cause instanceof LaresError ? cause : systemTrouble(cause, path)
  }
}

function numberOf(id: string): number {
  return Number(/^k(\d+)-/.exec(id)?.[1])
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
