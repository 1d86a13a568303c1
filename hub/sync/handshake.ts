import type { HeldRow, StreamPosition } from '../engine/sync-step.ts'
import { readErasedThere } from './erased-there.ts'
import type { Failpoint } from './failpoint.ts'
import { type Postgres, type Row, sqlState } from './postgres.ts'
import { type CentralView, type HubFacts, type HubView, reconcile } from './reconcile.ts'
import type { HandshakeOutcome } from './sync-state.ts'
import type { CentralLayout } from './table-fit.ts'

/** Of a statement that was cancelled by its timeout. */
const TOOK_TOO_LONG = '57014'

export interface HandshakeParts {
  db: Postgres
  hub: Omit<HubView, 'tables'>
  proposed: string
  version: string
  /** Learns central's columns; answers which append-only tables there are. */
  learn(layout: CentralLayout): string[]
  facts: HubFacts
  at: Failpoint
}

/**
 * Compares what hub and central remember, and takes the lease, in one transaction: whoever comes later waits for the
 * row of the site and then finds the new lease.
 */
export async function handshake(parts: HandshakeParts): Promise<HandshakeOutcome> {
  const { db, hub, proposed, version, at } = parts
  const [granted] = await db.rows(
    "SELECT g.site_id FROM lares.site_grants g WHERE g.grantee = current_user AND g.kind = 'site'",
  )
  if (!granted) throw new Error('central knows no site for this role; make one with lares central add-site')
  const site = String(granted.site_id)
  await makeMonths(db)
  const layout = await readLayout(db)
  if (!layout.get('sync_cursors')?.has('history'))
    throw new Error('central is older than this hub: run lares central migrate there')
  await db.begin()
  await at('begun', 'handshake')
  const [row] = await db.rows('SELECT name, lease, leases, epoch FROM lares.sites WHERE site_id = $1 FOR UPDATE', [
    site,
  ])
  if (!row) throw new Error(`central's row of the site ${site} is gone`)
  const central: CentralView = {
    site,
    name: String(row.name),
    lease: row.lease === null ? null : String(row.lease),
    leases: Number(row.leases),
    epoch: Number(row.epoch),
    cursors: await readCursors(db, site),
  }
  const tables = parts.learn(layout)
  const verdict = reconcile({ ...hub, tables }, central, parts.facts)
  if (verdict.kind !== 'go') {
    await db.rollback()
    return verdict
  }
  await db.run(
    'UPDATE lares.sites SET lease = $2, lease_at = now(), seen_at = now(), epoch = greatest(epoch, $3), hub_version = $4, leases = $5 WHERE site_id = $1',
    [site, proposed, verdict.epoch, version, verdict.leases],
  )
  await at('leased', 'handshake')
  for (const stream of verdict.streams) await openCursor(db, site, stream)
  const held = await readHeld(db, site)
  const erased = await readErasedThere(db, site)
  await at('opened', 'handshake')
  await db.commit()
  await at('committed', 'handshake')
  const { kind: _, ...facts } = verdict
  return { kind: 'go', facts: { ...facts, site, name: central.name, held, erased } }
}

/** Coming months are made in time. Where that takes too long now, rows find room in the DEFAULT partition, and no house waits. */
async function makeMonths(db: Postgres): Promise<void> {
  try {
    await db.begin()
    await db.rows('SELECT lares.ensure_partitions()')
    await db.commit()
  } catch (error) {
    if (sqlState(error) !== TOOK_TOO_LONG) throw error
    await db.rollback()
  }
}

/** Columns by table, as far as this role may see them. */
async function readLayout(db: Postgres): Promise<CentralLayout> {
  const rows = await db.rows(
    "SELECT c.relname, array_agg(a.attname::text) AS columns FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'lares' " +
      'JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ' +
      "WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition GROUP BY c.relname",
  )
  return new Map(rows.map((row) => [String(row.relname), new Set(row.columns as string[])]))
}

export async function readCursors(db: Postgres, site: string): Promise<StreamPosition[]> {
  const rows = await db.rows(
    'SELECT stream, table_name, epoch, first, upto, position, chain, history FROM lares.sync_cursors WHERE site_id = $1',
    [site],
  )
  return rows.map(cursorOf)
}

export function cursorOf(row: Row): StreamPosition {
  return {
    stream: String(row.stream),
    table: String(row.table_name),
    epoch: Number(row.epoch),
    first: Number(row.first),
    upto: row.upto === null ? null : Number(row.upto),
    position: Number(row.position),
    chain: String(row.chain),
    history: String(row.history),
  }
}

/** Makes the cursor where there is none. Where there is one it is right: the verdict was taken from it. */
export async function openCursor(db: Postgres, site: string, stream: StreamPosition): Promise<void> {
  const { stream: name, table, epoch, first, upto, position, chain, history } = stream
  await db.run(
    'INSERT INTO lares.sync_cursors (site_id, epoch, stream, table_name, first, upto, position, chain, history) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ' +
      'ON CONFLICT (site_id, epoch, stream) DO NOTHING',
    [site, epoch, name, table, first, upto, position, chain, history],
  )
}

async function readHeld(db: Postgres, site: string): Promise<HeldRow[]> {
  const rows = await db.rows(
    'SELECT table_name, row_key, epoch, stream, code, reason FROM lares.sync_quarantine WHERE site_id = $1 AND resolved_at IS NULL ORDER BY at DESC LIMIT 10000',
    [site],
  )
  return rows.map((row) => ({
    table: String(row.table_name),
    key: String(row.row_key),
    epoch: Number(row.epoch),
    stream: String(row.stream),
    code: String(row.code),
    reason: String(row.reason),
  }))
}
