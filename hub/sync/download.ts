import type { HeldRow, ScopeAnswer, StreamPosition } from '../engine/sync-step.ts'
import { readCursors } from './handshake.ts'
import type { Postgres } from './postgres.ts'
import { findDiverged } from './stream-position.ts'
import type { GrantedScope, Pulled } from './sync-state.ts'
import { checkLease, type Lease, OutOfDate } from './upload.ts'

const PAGE_ROWS = 500

/** The scopes granted to the site, and how far each has got at central. */
export async function grantedScopes(db: Postgres, site: string): Promise<GrantedScope[]> {
  const rows = await db.rows(
    'SELECT s.scope, s.counter, s.checksum::text AS checksum FROM lares.scopes s JOIN lares.scope_sites g ON g.scope = s.scope WHERE g.site_id = $1 ORDER BY s.scope',
    [site],
  )
  return rows.map(({ scope, counter, checksum }) => ({
    scope: String(scope),
    seq: Number(counter),
    checksum: String(checksum),
  }))
}

/**
 * The rows of a scope above a position, in the order of their commits. The last page carries the scope's counter and sum,
 * read in the same snapshot.
 */
export async function pullScope(db: Postgres, scope: string, after: number): Promise<Pulled> {
  await db.begin('ISOLATION LEVEL REPEATABLE READ READ ONLY')
  const [state] = await db.rows('SELECT counter, checksum::text AS checksum FROM lares.scopes WHERE scope = $1', [
    scope,
  ])
  const rows = await db.rows(
    'SELECT table_name, row_key, seq, CASE WHEN removed THEN NULL ELSE row::text END AS row FROM lares.scope_rows WHERE scope = $1 AND seq > $2 ORDER BY seq LIMIT $3',
    [scope, after, PAGE_ROWS],
  )
  await db.commit()
  if (!state) throw new Error(`central has no scope ${scope} any more`)
  const page = rows.map((row) => ({
    table: String(row.table_name),
    key: String(row.row_key),
    seq: Number(row.seq),
    row: row.row === null ? null : String(row.row),
  }))
  const last = page.at(-1)
  if (page.length === PAGE_ROWS && last) return { rows: page, seq: last.seq, checksum: null }
  return { rows: page, seq: Number(state.counter), checksum: String(state.checksum) }
}

/** Tells central how this house took a scope, for those who look there. */
export async function reportScope(
  db: Postgres,
  site: string,
  { scope, seq, answer }: { scope: string; seq: number; answer: ScopeAnswer },
): Promise<void> {
  await db.run(
    'INSERT INTO lares.scope_states (site_id, scope, seq, ok, refused, updated_at) VALUES ($1, $2, $3, $4, $5, now()) ' +
      'ON CONFLICT (site_id, scope) DO UPDATE SET seq = excluded.seq, ok = excluded.ok, refused = excluded.refused, updated_at = now()',
    [site, scope, seq, answer.ok === true, JSON.stringify(answer.refused)],
  )
}

/** The newest migration that central ran. */
export async function schemaOf(db: Postgres): Promise<string> {
  const [row] = await db.rows('SELECT max(name) AS name FROM lares.schema_migrations')
  return String(row?.name)
}

/**
 * Says at central that the site is there, and which of its refused rows somebody gave up. A hub that has nothing to send learns
 * here that another one came, or that central was put back.
 */
export async function signOfLife(
  db: Postgres,
  lease: Lease,
  { streams, discarded }: { streams: readonly StreamPosition[]; discarded: HeldRow[] },
): Promise<void> {
  const { site } = lease
  await checkLease(db, lease)
  const diverged = findDiverged(streams, await readCursors(db, site))
  if (diverged) throw new OutOfDate(`the cursor of ${diverged.stream} at central is not at ${diverged.position}`)
  await db.run('UPDATE lares.sites SET seen_at = now() WHERE site_id = $1', [site])
  if (discarded.length === 0) return
  await db.run(
    "UPDATE lares.sync_quarantine q SET resolved_at = now(), resolution = 'discarded' FROM unnest($2::text[], $3::text[]) AS t(table_name, row_key) " +
      'WHERE q.site_id = $1 AND q.table_name = t.table_name AND q.row_key = t.row_key AND q.resolved_at IS NULL',
    [site, discarded.map(({ table }) => table), discarded.map(({ key }) => key)],
  )
}
