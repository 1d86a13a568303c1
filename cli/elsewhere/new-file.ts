import { createWriteStream, existsSync, linkSync, renameSync, rmSync, type WriteStream } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { cleanText } from '../../shared/clean-text.ts'
import { LaresError } from '../../shared/errors.ts'
import { crockford } from '../../shared/ids.ts'
import { syncFile, syncFolder } from '../../shared/sync-file.ts'
import { systemTrouble } from '../../shared/system-trouble.ts'

/** A file that is not there yet: all of it or nothing, and never in the place of another. */
export class NewFile {
  readonly path: string
  readonly #part: string
  #isOpen = false

  private constructor(path: string) {
    this.path = path
    this.#part = join(dirname(path), `.${basename(path)}.${crockford(6)}`)
  }

  /** Throws `already_exists` at once: what takes minutes should not find that out at its end. */
  static open(file: string): NewFile {
    const path = resolve(file)
    if (existsSync(path)) throw isThere(path)
    return new NewFile(path)
  }

  /** What a hub calls a file, as a name in the folder where one is: no path, hidden file or option is made of it. */
  static nameOf(name: string): string {
    const plain = cleanText(name)
      .replaceAll(/[/\\]/g, '_')
      .replace(/^[.\-\s]+/, '')
    return plain === '' || Buffer.byteLength(plain) > 200 ? 'lares-file' : plain
  }

  /** For this user alone. */
  stream(): WriteStream {
    this.#isOpen = true
    return createWriteStream(this.#part, { flags: 'wx', mode: 0o600 })
  }

  /** Gives it its name, when all of it is on the disk. */
  keep(): void {
    try {
      syncFile(this.#part)
      this.#name()
      syncFolder(dirname(this.path))
    } catch (error) {
      throw systemTrouble(error, this.path)
    }
  }

  #name(): void {
    try {
      // Unlike a rename it takes no place that somebody else took meanwhile.
      linkSync(this.#part, this.path)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EEXIST') throw isThere(this.path)
      // A stick knows no links.
      if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error
      if (existsSync(this.path)) throw isThere(this.path)
      renameSync(this.#part, this.path)
    }
  }

  /** Takes away what has no name of its own. Safe after `keep`. */
  discard(): void {
    if (this.#isOpen) rmSync(this.#part, { force: true })
  }
}

function isThere(path: string): LaresError {
  return new LaresError('already_exists', `${path} is there already, and stays`, {
    hint: 'Name another place: --file FILE.',
  })
}
