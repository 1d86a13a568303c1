import { LaresError } from '../../shared/errors.ts'
import { shellWord } from '../../shared/shell-word.ts'
import { openDatabase } from '../../shared/sqlite/open.ts'
import type { Keyring } from './keyring.ts'
import { keyIdOf } from './seal.ts'
import { firstLineOf } from './secret-file.ts'
import { type SecretReader, type SecretSource, secretAt } from './secret-reader.ts'

/**
 * Secrets out of the hub's database, read over a connection of its own that cannot write, and out of files. Each is read when
 * it is asked for: what was changed is found by the next who asks.
 */
export class StoredSecrets implements SecretReader {
  #file: string
  #keyring: Keyring

  /** `file`: the hub's database. */
  constructor(file: string, keyring: Keyring) {
    this.#file = file
    this.#keyring = keyring
  }

  async with<T>(source: SecretSource, use: (secret: Buffer | null) => T | Promise<T>): Promise<T> {
    const secret = this.#read(source)
    try {
      return await use(secret)
    } finally {
      secret?.fill(0)
    }
  }

  #read({ secret, secret_file }: SecretSource): Buffer | null {
    if (secret_file !== undefined) return firstLineOf(secret_file)
    return secret === undefined ? null : this.#open(secret)
  }

  #open(name: string): Buffer {
    const sealed = this.#sealed(name)
    try {
      return this.#keyring.open(sealed, secretAt(name))
    } catch (error) {
      // Between the two reads it may have been sealed anew, and the old key removed.
      const again = this.#sealed(name)
      if (keyIdOf(again) === keyIdOf(sealed)) throw error
      return this.#keyring.open(again, secretAt(name))
    }
  }

  #sealed(name: string): string {
    const db = openDatabase({ file: this.#file, readonly: true })
    try {
      const sealed = db.prepare('SELECT value FROM secrets WHERE name = ?').pluck().get(name)
      if (typeof sealed === 'string') return sealed
    } finally {
      db.close()
    }
    throw new LaresError('not_found', `the secret ${name} was not entered yet`, {
      hint: `Enter it: lares secrets set ${shellWord(name)}`,
    })
  }
}
