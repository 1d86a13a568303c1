import { LaresError } from '../../../shared/errors.ts'
import type { SecretReader } from '../../secrets/secret-reader.ts'
import type { BackupSettings } from './settings.ts'

/**
 * Calls `use` with the passphrase of backups, `null` where the owner said that there is to be none. Throws `bad_config` where nobody said
 * either: whoever has a backup without one has the keys of the house.
 */
export async function withPassphrase<T>(
  { secret, secret_file, plain }: BackupSettings,
  secrets: SecretReader,
  use: (passphrase: string | null) => Promise<T>,
): Promise<T> {
  if (!plain && (secret ?? secret_file) === undefined)
    throw new LaresError('bad_config', '[backup] of hub.toml has places and no passphrase', {
      hint: 'Name secret or secret_file in [backup] of hub.toml, or say plain = true there, and restart the hub.',
    })
  return await secrets.with({ secret, secret_file }, (bytes) => use(bytes?.toString('utf8') ?? null))
}
