import { uuid7 } from '../../../shared/ids.ts'
import { LATEST_TIME } from '../../../shared/latest-time.ts'
import type { Context } from '../../engine/context.ts'
import { insertRow } from '../../query/row-changes.ts'
import type { Keyring } from '../../secrets/keyring.ts'
import type { SealedAt } from '../../secrets/seal.ts'
import { canonical } from './canonical-hash.ts'

/** A row of `device_credentials` whose secrets are sealed: what stands in it may go anywhere. */
export interface SealedCredentials {
  id: string
  credential_type: 'oauth_token' | 'api_key' | 'username_password'
  encrypted_data: string
  access_token_encrypted: string | null
  refresh_token_encrypted: string | null
  token_expires_at: number | null
}

const SEALED = ['encrypted_data', 'access_token_encrypted', 'refresh_token_encrypted'] as const
type SealedColumn = (typeof SEALED)[number]

const at = (column: SealedColumn, row: string): SealedAt => ({ table: 'device_credentials', column, row })

/**
 * Seals what is secret of a configuration, each with its pointer, as a row for one device; `null` where nothing is. Tokens of OAuth
 * have columns of their own, because whoever renews them writes nothing else.
 */
export function sealCredentials(
  { secrets, open }: { secrets: Readonly<Record<string, unknown>>; open: Readonly<Record<string, unknown>> },
  { keyring, now }: { keyring: Keyring; now: number },
): SealedCredentials | null {
  if (Object.keys(secrets).length === 0) return null
  const id = uuid7(now)
  const seal = (column: SealedColumn, text: string) => {
    const plain = Buffer.from(text)
    try {
      return keyring.seal(plain, at(column, id))
    } finally {
      plain.fill(0)
    }
  }
  const access = tokenOf(secrets, 'access_token')
  const refresh = tokenOf(secrets, 'refresh_token')
  const rest = Object.fromEntries(
    Object.entries(secrets).filter(([pointer]) => pointer !== access?.pointer && pointer !== refresh?.pointer),
  )
  return {
    id,
    credential_type: typeOf(Object.keys(secrets), access !== null || refresh !== null),
    encrypted_data: seal('encrypted_data', canonical(rest)),
    access_token_encrypted: access && seal('access_token_encrypted', access.token),
    refresh_token_encrypted: refresh && seal('refresh_token_encrypted', refresh.token),
    token_expires_at: expiryOf(open),
  }
}

export function keepCredentials(context: Context, credentials: SealedCredentials): string {
  return insertRow(context, 'device_credentials', { ...credentials })
}

/**
 * Whether a device has these credentials already. They are opened and compared where they are, in the transaction, because a hash of
 * a short password would be as good as the password. What cannot be opened is not the same.
 */
export function hasCredentials({ db, keyring }: Context, device: string, wanted: SealedCredentials | null): boolean {
  const row = db
    .prepare(
      'SELECT c.id, c.encrypted_data, c.access_token_encrypted, c.refresh_token_encrypted FROM devices d JOIN device_credentials c ON c.id = d.credentials_id WHERE d.id = ?',
    )
    .get(device) as ({ id: string } & Record<SealedColumn, string | null>) | undefined
  if (row === undefined || wanted === null) return row === undefined && wanted === null
  return SEALED.every((column) => {
    const [ours, theirs] = [row[column], wanted[column]]
    if (ours === null || theirs === null) return ours === theirs
    return isSame(keyring, [ours, at(column, row.id)], [theirs, at(column, wanted.id)])
  })
}

function isSame(keyring: Keyring, ours: readonly [string, SealedAt], theirs: readonly [string, SealedAt]): boolean {
  if (!keyring.opens(...ours) || !keyring.opens(...theirs)) return false
  const [one, other] = [keyring.open(...ours), keyring.open(...theirs)]
  try {
    return one.equals(other)
  } finally {
    one.fill(0)
    other.fill(0)
  }
}

function tokenOf(secrets: Readonly<Record<string, unknown>>, name: string): { pointer: string; token: string } | null {
  const found = Object.entries(secrets).find(
    ([pointer, value]) => typeof value === 'string' && pointer.toLowerCase().endsWith(`/${name}`),
  )
  return found === undefined ? null : { pointer: found[0], token: String(found[1]) }
}

function typeOf(pointers: readonly string[], hasTokens: boolean): SealedCredentials['credential_type'] {
  if (hasTokens) return 'oauth_token'
  return pointers.some((pointer) => /pass|pwd|kennwort/i.test(pointer)) ? 'username_password' : 'api_key'
}

/** Times before this are seconds: as milliseconds they would be of January 1970. */
const SECONDS_BELOW = 100_000_000_000

/** When tokens are over, where the configuration says so at its top: seconds or milliseconds since 1970, or a date. */
function expiryOf(open: Readonly<Record<string, unknown>>): number | null {
  const said = open.token_expires_at ?? open.expires_at ?? open.token_expiry ?? open.expiry
  const number =
    typeof said === 'number' ? said : typeof said === 'string' ? Number(said.trim() || Number.NaN) : Number.NaN
  const time = Number.isFinite(number)
    ? number * (number < SECONDS_BELOW ? 1_000 : 1)
    : typeof said === 'string'
      ? Date.parse(said)
      : Number.NaN
  return time > 0 && time <= LATEST_TIME ? Math.floor(time) : null
}
