import type { HeldRow, StreamPosition } from '../engine/sync-step.ts'
import type { CentralTable } from '../store/central-shape.ts'
import { hasTombstones } from '../store/central-shape.ts'
import type { PurgedUpto } from '../store/purged.ts'
import { prunedChain } from './chain.ts'
import type { Failpoint } from './failpoint.ts'
import { openCursor } from './handshake.ts'
import { type MergeSql, mergeSql } from './merge-sql.ts'
import { isDataError, type Postgres, sqlState } from './postgres.ts'
import { splitStream } from './stream-position.ts'
import type { Stage, UploadBatch } from './upload-source.ts'

/** Another hub holds the lease. */
export class LeaseLost extends Error {}

/** Central is not as this hub believed: a reply was lost, or it was put back or migrated. The next handshake finds out. */
export class OutOfDate extends Error {}

export interface Lease {
  site: string
  token: string
  /** Its number: central having a smaller one means that central was put back, not that another hub came. */
  leases: number
  /** Central's newest migration at the handshake: what rows are made of follows its columns. */
  schema?: string
}

export interface Merged {
  merged: number
  held: HeldRow[]
}

const RAW_BYTES = 65_536

/**
 * One batch, in one transaction: lease, cursor by compare-and-set, COPY, merge, counts. When a row is refused, the
 * transaction is undone and done again with savepoints, by halves, until the row is found and set aside.
 */
export async function upload(db: Postgres, lease: Lease, batch: UploadBatch, at: Failpoint): Promise<Merged> {
  try {
    return await transaction(db, lease, { batch, at, careful: false })
  } catch (error) {
    if (!isDataError(error)) throw error
    await db.rollback()
    return await transaction(db, lease, { batch, at, careful: true })
  }
}

async function transaction(
  db: Postgres,
  lease: Lease,
  { batch, at, careful }: { batch: UploadBatch; at: Failpoint; careful: boolean },
): Promise<Merged> {
  const { from, to, stages, rows, bytes } = batch
  await db.begin()
  await at('begun', from.stream)
  await checkLease(db, lease)
  await moveCursor(db, lease, { from, to })
  await at('moved', from.stream)
  let merged = 0
  const held: HeldRow[] = []
  for (const stage of stages) {
    const sql = mergeSql(stage)
    await db.run(sql.create)
    const merge = careful ? mergeByHalves : mergeStage
    merged += await merge({ db, site: lease.site, stream: from, stage, sql, held, at })
  }
  const duplicates = rows - merged - held.length
  await db.run(
    'UPDATE lares.sync_cursors SET rows = rows + $4, merged = merged + $5, duplicates = duplicates + $6, quarantined = quarantined + $7, bytes = bytes + $8 ' +
      'WHERE site_id = $1 AND epoch = $2 AND stream = $3',
    [lease.site, from.epoch, from.stream, rows, merged, duplicates, held.length, bytes],
  )
  if (batch.settled.length > 0) await settle(db, lease.site, batch, held)
  await at('counted', from.stream)
  await db.commit()
  await at('committed', from.stream)
  return { merged, held }
}

/** Throws `LeaseLost` or `OutOfDate` unless this hub holds the lease, which nobody changes before the transaction ends. */
export async function checkLease(db: Postgres, { site, token, leases, schema }: Lease): Promise<void> {
  const [row] = await db.rows(
    'SELECT lease, leases, (SELECT max(name) FROM lares.schema_migrations) AS schema FROM lares.sites WHERE site_id = $1 FOR SHARE',
    [site],
  )
  // No other hub came: whoever took the grant away may give it back, and the next handshake asks.
  if (!row) throw new Error('the site was removed at central, or this role lost its grant')
  if (row.lease === token && Number(row.leases) === leases) {
    if (schema === undefined || row.schema === schema) return
    throw new OutOfDate('central was migrated; connecting anew')
  }
  if (Number(row.leases) < leases) throw new OutOfDate('central was put back to an earlier time')
  throw new LeaseLost('another hub took over this site')
}

async function moveCursor(
  db: Postgres,
  { site }: Lease,
  { from, to }: { from: StreamPosition; to: StreamPosition },
): Promise<void> {
  const moved = await db.run(
    'UPDATE lares.sync_cursors SET position = $5, chain = $6, history = $8, batches = batches + 1, updated_at = now() ' +
      'WHERE site_id = $1 AND epoch = $2 AND stream = $3 AND position = $4 AND chain = $7',
    [site, from.epoch, from.stream, from.position, to.position, to.chain, from.chain, to.history],
  )
  if (moved !== 1) throw new OutOfDate(`the cursor of ${from.stream} at central is not at ${from.position}`)
}

interface StageMerge {
  db: Postgres
  site: string
  stream: StreamPosition
  stage: Stage
  sql: MergeSql
  held: HeldRow[]
  at: Failpoint
}

async function mergeStage({ db, site, stream, stage, sql, at }: StageMerge): Promise<number> {
  await db.copy(sql.copy, stage.lines.join(''))
  await at('copied', stream.stream)
  const merged = await db.run(sql.merge, [site, stream.epoch])
  await at('merged', stream.stream)
  return merged
}

async function mergeByHalves(parts: StageMerge): Promise<number> {
  const { db, site, stream, stage, sql, at } = parts
  const merge = async (first: number, end: number): Promise<number> => {
    await db.run('SAVEPOINT part')
    try {
      await db.copy(sql.copy, stage.lines.slice(first, end).join(''))
      await at('copied', stream.stream)
      const merged = await db.run(sql.merge, [site, stream.epoch])
      await at('merged', stream.stream)
      await db.run(sql.empty)
      await db.run('RELEASE SAVEPOINT part')
      return merged
    } catch (error) {
      if (!isDataError(error)) throw error
      await db.run('ROLLBACK TO SAVEPOINT part')
      await db.run('RELEASE SAVEPOINT part')
      if (end - first === 1) {
        await quarantine(parts, first, error)
        return 0
      }
      const middle = first + ((end - first) >> 1)
      return (await merge(first, middle)) + (await merge(middle, end))
    }
  }
  return await merge(0, stage.lines.length)
}

/** Sets one row aside, with its reason and what was sent of it. */
async function quarantine({ db, site, stream, stage, held }: StageMerge, at: number, error: unknown): Promise<void> {
  const row: HeldRow = {
    table: stage.encoder.table.name,
    key: stage.keys[at] ?? '',
    epoch: stage.epochs?.[at] ?? stream.epoch,
    stream: stream.stream,
    code: sqlState(error) ?? '',
    reason: (error as Error).message,
  }
  const raw = Buffer.from(stage.lines[at] ?? '').subarray(0, RAW_BYTES)
  await db.run(
    'INSERT INTO lares.sync_quarantine (site_id, epoch, stream, table_name, row_key, code, reason, raw, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now()) ' +
      'ON CONFLICT (site_id, table_name, epoch, row_key) DO UPDATE SET code = excluded.code, reason = excluded.reason, raw = excluded.raw, at = now(), resolved_at = NULL, resolution = NULL',
    [site, row.epoch, row.stream, row.table, row.key, row.code, row.reason, raw],
  )
  held.push(row)
}

/** Rows that came through the change log and were taken are no longer held back. */
async function settle(db: Postgres, site: string, { settled }: UploadBatch, held: HeldRow[]): Promise<void> {
  const back = new Set(held.map(({ table, key }) => `${table}\n${key}`))
  const taken = settled.filter(({ table, key }) => !back.has(`${table}\n${key}`))
  await db.run(
    "UPDATE lares.sync_quarantine q SET resolved_at = now(), resolution = 'taken' FROM unnest($2::text[], $3::text[]) AS t(table_name, row_key) " +
      'WHERE q.site_id = $1 AND q.table_name = t.table_name AND q.row_key = t.row_key AND q.resolved_at IS NULL',
    [site, taken.map(({ table }) => table), taken.map(({ key }) => key)],
  )
}

/** Splits a part off: the cursor jumps to `upto`, and what was skipped becomes a stream of its own. */
export async function split(
  db: Postgres,
  lease: Lease,
  { stream, upto, at }: { stream: StreamPosition; upto: number; at: Failpoint },
): Promise<{ live: StreamPosition; part: StreamPosition }> {
  const { live, part } = splitStream(stream, upto)
  await db.begin()
  await at('begun', 'split')
  await checkLease(db, lease)
  await moveCursor(db, lease, { from: stream, to: live })
  await at('moved', 'split')
  await openCursor(db, lease.site, part)
  await at('opened', 'split')
  await db.commit()
  await at('committed', 'split')
  return { live, part }
}

/**
 * Marks as deleted what central has from before `from` and this hub did not send since: it has it no more. Rows whose
 * change still waits are left alone, and so is what is old enough to have been purged there. `stream` is the change log's: its chain tells whether this was done.
 */
export async function prune(
  db: Postgres,
  lease: Lease,
  {
    tables,
    stream,
    from,
    pending,
    purged,
    at,
  }: {
    tables: CentralTable[]
    stream: StreamPosition
    from: number
    pending: Map<string, string[]>
    purged: PurgedUpto
    at: Failpoint
  },
): Promise<StreamPosition> {
  const after = { ...stream, chain: prunedChain(stream.chain, from) }
  await db.begin()
  await at('begun', 'prune')
  await checkLease(db, lease)
  await moveCursor(db, lease, { from: stream, to: after })
  for (const table of tables) {
    if (!hasTombstones(table)) continue
    await db.run(
      `UPDATE lares."${table.name}" SET deleted_at = now(), content_epoch = sync_epoch, content_seq = sync_seq, sync_epoch = $2, sync_seq = $3, synced_at = now() ` +
        `WHERE site_id = $1 AND deleted_at IS NULL AND (sync_epoch, sync_seq) < ($2::integer, $3::bigint) AND NOT ("${table.key}" = ANY($4::text[]))` +
        (table.purgedBy === null
          ? ' AND $5::float8 IS NOT NULL'
          : ` AND NOT coalesce("${table.purgedBy}" <= to_timestamp($5::float8 / 1000), false)`),
      [lease.site, stream.epoch, from, pending.get(table.name) ?? [], purged[table.name] ?? 0],
    )
  }
  await at('pruned', 'prune')
  await db.commit()
  await at('committed', 'prune')
  return after
}
