import { z } from 'zod'
import type { SealedAt } from './seal.ts'

/** How a secret is called, in `hub.toml` and by a person. */
export const secretName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'is no name: up to 64 of a-z, 0-9, ., _ and -')

/** Where the value of a named secret stands. */
export const secretAt = (name: string): SealedAt => ({ table: 'secrets', column: 'value', row: name })

/** What lets the hub in somewhere, as an entry of `hub.toml` names it: a secret of the store, or a file. */
export interface SecretSource {
  /** The name of a secret that was entered with `lares secrets set`. */
  secret?: string | undefined
  /** The path of a file that holds it in its first line. */
  secret_file?: string | undefined
}

/**
 * The way of whoever connects to something to what lets the hub in there. It is opened in the thread that needs it, for as long
 * as `use` runs: no effect, payload or answer carries it.
 */
export interface SecretReader {
  /**
   * Calls `use` with the secret's bytes and fills them with zeros when what it returns has settled; `null` where the entry names
   * none. Rejects with `not_found`, `sealed_unreadable` or `unsafe_key` before anything is called, and with what `use` throws.
   */
  with<T>(source: SecretSource, use: (secret: Buffer | null) => T | Promise<T>): Promise<T>
}
