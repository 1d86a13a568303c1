import type { Context } from '../../engine/context.ts'
import type { Admission } from '../../engine/principal.ts'
import { hashSecret, sameHash } from '../devices/joining.ts'

/** The last use is written at most this often: whoever connects every minute must not cost the card. */
const USE_MS = 3_600_000
const RANDOM_BYTES = 12

/**
 * Lets a bridge in that shows its password, or the hub itself, which listens to it over the local socket and has there no more rights than
 * the bridge: `password` is `null` then, because who may open the socket needs none.
 */
export function admitBridge(
  context: Context,
  { name, clientId, password }: { name: string; clientId: string; password: string | null },
): Admission {
  const row = context.db
    .prepare(
      'SELECT b.id, b.name, b.secret_hash, b.last_used_at FROM bridges b JOIN houses h ON h.id = b.house_id ' +
        'WHERE b.name = ? AND h.removed_at IS NULL',
    )
    .get(name) as { id: string; name: string; secret_hash: string; last_used_at: number | null } | undefined
  if (!row || (password !== null && !sameHash(row.secret_hash, hashSecret(password))))
    return { refuse: 4, reason: 'unknown bridge or password: lares bridges password makes a new one' }
  const since = context.now - (row.last_used_at ?? Number.NEGATIVE_INFINITY)
  if (password !== null && (since > USE_MS || since < 0))
    context.db.prepare('UPDATE bridges SET last_used_at = ? WHERE id = ?').run(context.now, row.id)
  const chosen = () => `${row.name}.${Buffer.from(context.random(RANDOM_BYTES)).toString('hex')}`
  return { accept: { kind: 'bridge', id: row.id, name: row.name }, clientId: clientId || chosen() }
}
