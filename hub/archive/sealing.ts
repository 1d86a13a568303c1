import { Decrypter, Encrypter } from 'age-encryption'
import { asError, LaresError } from '../../shared/errors.ts'
import { CHOOSE } from './manifest.ts'

/** What every sealed archive begins with (https://age-encryption.org/v1). */
export const SEAL_BEGINNING = 'age-encryption.org/v1\n'
/**
 * The work of one guess, as a power of two: 64 MiB of memory and a second of a Pi. Age takes 18 where nobody says otherwise, which is a
 * quarter of the memory of a Pi with 1 GB; what is lost of the four times is made up for by three letters more.
 */
const WORK_FACTOR = 16
/** Somebody who finds a stick has all the time there is. */
export const LEAST_LETTERS = 12

type Bytes = ReadableStream<Uint8Array>

/** Throws `bad_params` for a passphrase that is guessed. */
export function checkPassphrase(passphrase: string): void {
  if (Array.from(passphrase).length < LEAST_LETTERS)
    throw new LaresError('bad_params', `the passphrase of the backups has fewer than ${LEAST_LETTERS} letters`, {
      hint: 'Take four or five words that do not belong together, and keep a copy where no backup is: without it nobody can read one.',
    })
}

/** Seals a stream with a passphrase as `age --passphrase` does, 64 KiB at a time. */
export async function sealArchive(plain: Bytes, passphrase: string): Promise<Bytes> {
  const encrypter = new Encrypter()
  encrypter.setScryptWorkFactor(WORK_FACTOR)
  encrypter.setPassphrase(passphrase)
  return await encrypter.encrypt(plain)
}

/** Opens what `sealArchive` or `age --passphrase` sealed. Rejects with `bad_params` for another passphrase or a damaged beginning. */
export async function openSealed(sealed: Bytes, passphrase: string, name: string): Promise<Bytes> {
  const decrypter = new Decrypter()
  decrypter.addPassphrase(passphrase)
  try {
    return await decrypter.decrypt(sealed)
  } catch (cause) {
    if (/no identity matched/i.test(asError(cause).message))
      throw new LaresError('bad_params', `the passphrase does not open ${name}`, {
        cause,
        hint: 'Type it again, or look for the one that was in use when the archive was made. Nothing was changed.',
      })
    throw new LaresError('bad_params', `${name} is damaged at its beginning: ${asError(cause).message}`, {
      cause,
      hint: CHOOSE,
    })
  }
}
