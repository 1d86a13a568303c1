import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto'
import { LaresError } from '../../shared/errors.ts'
import type { RandomBytes } from '../../shared/ids.ts'
import { SEAL_MARK } from '../store/seal-mark.ts'

/** A key for sealing, of 256 bits. */
export interface SealingKey {
  /** Names it in what is sealed with it: `k1-x7k2m9q4`. The highest number is in use. */
  id: string
  key: KeyObject
}

/** Where a sealed value stands. It opens there and nowhere else, so that nobody can move one to another row. */
export interface SealedAt {
  table: string
  column: string
  /** The row's key. */
  row: string
}

/** AES-256-GCM: NIST SP 800-38D asks for 96 bits of nonce, random ones for 2^32 values of a key at most. */
const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Seals bytes as text: `sealed1:<key id>:<base64url of nonce, ciphertext and tag>`. */
export function seal(
  { id, key }: SealingKey,
  plain: Uint8Array,
  { at, random }: { at: SealedAt; random: RandomBytes },
): string {
  const nonce = random(NONCE_BYTES)
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(context(id, at))
  const sealed = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  return `${SEAL_MARK}${id}:${sealed.toString('base64url')}`
}

/** The bytes of a sealed text; whoever has used them fills them with zeros. Throws `sealed_unreadable`. */
export function unseal({ id, key }: SealingKey, text: string, at: SealedAt): Buffer {
  const bytes = Buffer.from(text.slice(SEAL_MARK.length + id.length + 1), 'base64url')
  try {
    const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    decipher.setAAD(context(id, at))
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
    const opened = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES))
    return Buffer.concat([opened, decipher.final()])
  } catch (cause) {
    throw new LaresError('sealed_unreadable', `what is sealed in ${at.table} as ${at.row} was changed since`, { cause })
  }
}

/** The id of the key that a sealed text needs; `null` for a text that is not sealed. */
export function keyIdOf(text: string): string | null {
  return new RegExp(`^${SEAL_MARK}([a-z0-9-]+):[\\w-]+$`).exec(text)?.[1] ?? null
}

/** What is authenticated beside the value. JSON keeps two fields from being read as others. */
function context(id: string, { table, column, row }: SealedAt): Buffer {
  return Buffer.from(JSON.stringify([SEAL_MARK, id, table, column, row]))
}
