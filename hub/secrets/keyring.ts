import { LaresError } from '../../shared/errors.ts'
import { type RandomBytes, systemRandom } from '../../shared/ids.ts'
import { keyIdOf, type SealedAt, type SealingKey, seal, unseal } from './seal.ts'

/**
 * The keys of what is sealed, as one thread knows them. It reads them when it first needs one and again whenever it meets one
 * that it does not know, so that a new key needs no message between threads.
 */
export class Keyring {
  #read: () => SealingKey[]
  #random: RandomBytes
  #keys: SealingKey[] = []

  /** `read` returns every key, the one in use first. */
  constructor(read: () => SealingKey[], random: RandomBytes = systemRandom) {
    this.#read = read
    this.#random = random
  }

  /** Ids of the known keys, the one in use first. */
  get ids(): string[] {
    return this.#keys.map(({ id }) => id)
  }

  /** Reads the keys again. Throws what keeps them from being read. */
  refresh(): void {
    this.#keys = []
    this.#keys = this.#read()
  }

  /**
   * Seals bytes with the newest key that the last `refresh` found. Throws `sealed_unreadable` where there is none, and what
   * `refresh` throws.
   */
  seal(plain: Uint8Array, at: SealedAt): string {
    if (this.#keys.length === 0) this.refresh()
    const [newest] = this.#keys
    if (!newest) throw new LaresError('sealed_unreadable', 'the hub has no key to seal with')
    return seal(newest, plain, { at, random: this.#random })
  }

  /** What `text` holds; whoever has used it fills it with zeros. Throws `sealed_unreadable`, and what `refresh` throws. */
  open(text: string, at: SealedAt): Buffer {
    const id = keyIdOf(text)
    if (id === null) throw new LaresError('sealed_unreadable', `what stands in ${at.table} as ${at.row} is not sealed`)
    if (!this.#find(id)) this.refresh()
    const key = this.#find(id)
    if (!key)
      throw new LaresError(
        'sealed_unreadable',
        `what is sealed in ${at.table} as ${at.row} needs the key ${id}, which is gone`,
      )
    return unseal(key, text, at)
  }

  /** Whether `text` opens with one of the keys that the last `refresh` found. Keeps nothing of what it holds. */
  opens(text: string, at: SealedAt): boolean {
    const key = this.#find(keyIdOf(text))
    if (!key) return false
    try {
      unseal(key, text, at).fill(0)
      return true
    } catch (error) {
      if (error instanceof LaresError) return false
      throw error
    }
  }

  /**
   * Whether `text` is sealed with the newest key, as whatever is written has to be: a rotation would not see what comes under
   * an older one behind its back.
   */
  isNewest(text: string): boolean {
    const id = keyIdOf(text)
    if (id !== this.ids[0]) this.refresh()
    return id !== null && id === this.ids[0]
  }

  #find(id: string | null): SealingKey | undefined {
    return this.#keys.find((one) => one.id === id)
  }
}
