import { createSecretKey, randomBytes } from 'node:crypto'
import { Keyring } from '../../../hub/secrets/keyring.ts'
import type { SealingKey } from '../../../hub/secrets/seal.ts'
import type { SecretReader } from '../../../hub/secrets/secret-reader.ts'

/** Keys as a folder has them, without one. */
export class KeysInMemory {
  keys: SealingKey[] = []
  /** What keeps them from being read. */
  fault: Error | null = null
  /** How often they were read. */
  reads = 0
  #made = 0

  constructor() {
    this.make()
  }

  make(id = `k${this.#made + 1}-aaaaaaaa`): string {
    this.#made += 1
    this.keys.unshift({ id, key: createSecretKey(randomBytes(32)) })
    return id
  }

  remove(id: string): void {
    this.keys = this.keys.filter((one) => one.id !== id)
  }

  /** A keyring over them, as each thread has its own. */
  keyring(): Keyring {
    return new Keyring(() => {
      this.reads += 1
      if (this.fault) throw this.fault
      return [...this.keys]
    })
  }
}

/** For whoever connects to nothing. */
export const NO_SECRETS: SecretReader = { with: async (_source, use) => use(null) }
