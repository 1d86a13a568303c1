import { z } from 'zod'
import { bytes, durationS, time } from '../../../shared/admin/fields.ts'
import { LaresError } from '../../../shared/errors.ts'
import { text } from '../../../shared/messages/fields.ts'
import { adminCommand, type CallContext } from '../../engine/admin-command.ts'
import { readLostTally } from '../../engine/lost-rows.ts'
import { readSyncIdentity, writeSyncIdentity } from '../../engine/sync-memory.ts'
import { NO_IDENTITY } from '../../engine/sync-step.ts'
import { conditions, page } from '../../query/list-query.ts'
import { refusedRows, settleWords } from './conflicts.ts'
import { yieldRow } from './yield-command.ts'

/** All of them are counted in `scopes`. */
const CONFLICTS_SHOWN = 50

const liveSync = z.strictObject({
  state: z.enum(['off', 'connecting', 'running', 'waiting', 'fenced']),
  site: z.string().nullable(),
  last_error: z.string().nullable(),
  failures: z.number(),
  rows_behind: z.number(),
  seconds_behind: durationS,
  oldest_unsent: time.nullable(),
  last_sent: time.nullable(),
  quarantined: z.number(),
  batch_rows: z.number(),
  bytes,
  epoch: z.number(),
  streams: z.array(
    z.strictObject({
      stream: z.string(),
      rows_behind: z.number(),
      seconds_behind: durationS,
      position: z.number(),
      epoch: z.number(),
    }),
  ),
})

export const syncStatus = adminCommand({
  area: 'sync',
  verb: 'status',
  needs: 'administer',
  summary: 'How far central is behind, per stream, and what it refused',
  params: z.strictObject({}),
  result: z.strictObject({
    now: time,
    site: z.string().nullable(),
    name: z.string().nullable(),
    epoch: z.number(),
    fenced: z.string().nullable(),
    /** All rows were sent again, and what this hub has no more is to be marked as deleted at central. */
    prune_waits: z.boolean(),
    /** Rows that central refused and nobody has given up. */
    quarantine: z.number(),
    /** Rows that were lost to damage and that central is asked for; `null` where there are none. */
    lost: z
      .strictObject({
        /** Keys that are still to be asked for. */
        waiting: z.number(),
        came_back: z.number(),
        not_at_central: z.number(),
        /** Rows that the house has, or does not keep any more. */
        left_out: z.number(),
      })
      .nullable(),
    /** How the thread that sends is, this moment. */
    live: liveSync,
    ledger: z.array(
      z.strictObject({
        stream: z.string(),
        epoch: z.number(),
        position: z.number(),
        rows: z.number(),
        quarantined: z.number(),
        duplicates: z.number(),
        merged: z.number(),
        bytes,
        upto: z.number().nullable(),
      }),
    ),
    scopes: z.array(
      z.strictObject({
        scope: z.string(),
        rows: z.number(),
        refused: z.number(),
        checked_at: time.nullable(),
        seq: z.number(),
      }),
    ),
    /** Rows of central's that this house did not take, with what settles it. */
    conflicts: z.array(
      z.strictObject({ scope: z.string(), table: z.string(), key: z.string(), reason: z.string(), settle: z.string() }),
    ),
  }),
  examples: [{ says: 'how far central is behind', params: {} }],
  changes: false,
  async prepare(_params, { front }) {
    return front().sync
  },
  run({ db, tables, prepared, now }) {
    const { site, name, epoch, fenced, pruneFrom } = readSyncIdentity(db)
    const held = db.prepare("SELECT count(*) FROM sync_quarantine WHERE state <> 'discarded'").pluck().get()
    const ledger = db
      .prepare(
        'SELECT stream, epoch, position, upto, rows, merged, duplicates, quarantined, bytes FROM sync_streams ORDER BY epoch, stream',
      )
      .all()
    const scopes = db
      .prepare(
        'SELECT s.scope, s.seq, s.checked_at, count(r.row_key) AS rows, count(r.refused) AS refused FROM managed_scopes s ' +
          'LEFT JOIN managed_rows r ON r.scope = s.scope GROUP BY s.scope ORDER BY s.scope',
      )
      .all()
    return {
      now,
      site,
      name,
      epoch,
      fenced,
      prune_waits: pruneFrom !== null,
      quarantine: held,
      lost: lostRows(db),
      live: prepared,
      ledger,
      scopes,
      conflicts: refusedRows({ db, tables }, { limit: CONFLICTS_SHOWN }).map((row) => {
        const { scope, table, key, reason } = row
        return { scope, table, key, reason, settle: settleWords(row) }
      }),
    }
  },
})

function lostRows(db: CallContext['db']) {
  const tally = readLostTally(db)
  if (tally === null) return null
  const { waiting, cameBack, absent, leftOut } = tally
  return { waiting, came_back: cameBack, not_at_central: absent, left_out: leftOut }
}

export const claimSite = adminCommand({
  area: 'sync',
  verb: 'claim',
  needs: 'administer',
  summary: 'Say that this hub is the one of its site; the other one stops',
  params: z.strictObject({
    /** The connection is for another site than before: everything is sent there from the beginning. */
    as_new: z.boolean().default(false),
  }),
  result: z.strictObject({ site: z.string().nullable(), epoch: z.number() }),
  examples: [{ says: 'after a card was copied, on the hub that is to go on', params: {} }],
  changes: true,
  danger({ db }, { as_new }) {
    const { name, site, fenced } = readSyncIdentity(db)
    // It is refused, and says so itself.
    if (!as_new && fenced === null) return null
    if (!as_new)
      return `The other hub of the site ${name ?? site ?? '(unknown)'} will be fenced: it sends nothing more to central.`
    const held = db.prepare('SELECT count(*) FROM sync_quarantine').pluck().get()
    return (
      `What this hub knows of its site ${name ?? '(none)'} at central will be forgotten, and ${held} rows that are held back. ` +
      'Everything is sent anew to the site of its connection.'
    )
  },
  run(context, { as_new }) {
    const { db } = context
    const identity = readSyncIdentity(db)
    if (identity.fenced === null && !as_new)
      throw new LaresError('bad_params', 'this hub is not fenced: there is nothing to claim', {
        hint: 'See lares sync status.',
      })
    if (as_new) {
      for (const table of ['sync_streams', 'sync_quarantine']) db.prepare(`DELETE FROM ${table}`).run()
      writeSyncIdentity(db, { ...NO_IDENTITY, restored: identity.restored })
    } else writeSyncIdentity(db, { ...identity, fenced: null })
    context.addEvent({ type: 'sync_claimed', source: 'user', data: { by: context.caller.principal, as_new } })
    context.effect({ kind: 'sync', ask: 'claimed' })
    return { site: as_new ? null : identity.name, epoch: identity.epoch }
  },
})

export const verifySync = adminCommand({
  area: 'sync',
  verb: 'verify',
  needs: 'administer',
  summary: 'Compare counts and hashes per table and day between this hub and central',
  params: z.strictObject({ table: text(63).optional(), days: z.int().min(1).max(400).default(7) }),
  result: z.strictObject({
    ok: z.boolean(),
    since: z.string(),
    differences: z.array(
      z.strictObject({
        table: z.string(),
        day: z.string(),
        hub: z.number(),
        central: z.number(),
        found: z.enum(['missing', 'different', 'more']),
      }),
    ),
    tables: z.array(z.strictObject({ table: z.string(), days: z.number(), rows: z.number() })),
  }),
  examples: [
    { says: 'the last week', params: {} },
    { says: 'one table over a month', params: { table: 'events', days: 30 } },
  ],
  positional: ['table'],
  changes: false,
  prepare: ({ table, days }, { verifyCentral, now }) =>
    verifyCentral({ ...(table === undefined ? {} : { table }), days, now }),
  run: ({ prepared }) => prepared,
})

export const listQuarantine = adminCommand({
  area: 'quarantine',
  verb: 'list',
  needs: 'administer',
  summary: 'Rows that central refused, newest first, with its reasons',
  params: z.strictObject({
    table: text(63).optional(),
    limit: z.int().min(1).max(200).default(50),
    after: z.int().optional(),
  }),
  result: z.strictObject({
    quarantine: z.array(
      z.strictObject({
        id: z.number(),
        table_name: z.string(),
        row_key: z.string(),
        reason: z.string(),
        state: z.string(),
        held_at: time,
        code: z.string(),
        epoch: z.number(),
      }),
    ),
    next: z.number().optional(),
  }),
  examples: [{ says: 'what central refused', params: {} }],
  positional: ['table'],
  changes: false,
  query(context, params) {
    const where = conditions().when('table_name = ?', params.table).when('id < ?', params.after)
    const rows = context.db
      .prepare(
        `SELECT id, table_name, row_key, epoch, code, reason, state, held_at FROM sync_quarantine WHERE ${where.sql} ORDER BY id DESC LIMIT ?`,
      )
      .all(...where.values, params.limit + 1) as { id: number }[]
    const { rows: quarantine, next } = page(rows, params.limit, (row) => row.id)
    return { quarantine, ...(next === undefined ? {} : { next }) }
  },
})

export const retryQuarantine = adminCommand({
  area: 'quarantine',
  verb: 'retry',
  needs: 'administer',
  summary: 'Send a row again that central refused',
  params: z.strictObject({ id: z.int() }),
  result: z.strictObject({ table: z.string(), key: z.string() }),
  examples: [{ says: 'after central was mended', params: { id: 1 } }],
  positional: ['id'],
  changes: true,
  run(context, { id }) {
    const { table_name, row_key } = heldRow(context, id)
    const { db } = context
    db.prepare('DELETE FROM sync_changes WHERE table_name = ? AND row_key = ?').run(table_name, row_key)
    db.prepare('INSERT INTO sync_changes (table_name, row_key) VALUES (?, ?)').run(table_name, row_key)
    db.prepare("UPDATE sync_quarantine SET state = 'retrying' WHERE id = ?").run(id)
    context.effect({ kind: 'sync', ask: 'wake' })
    return { table: table_name, key: row_key }
  },
})

export const discardQuarantine = adminCommand({
  area: 'quarantine',
  verb: 'discard',
  needs: 'administer',
  summary: 'Give a row up that central refused: it is no longer kept for sending',
  params: z.strictObject({ id: z.int() }),
  result: z.strictObject({ table: z.string(), key: z.string() }),
  examples: [{ says: 'when the row is not worth it', params: { id: 1 } }],
  positional: ['id'],
  changes: true,
  danger(context, { id }) {
    const { table_name, row_key } = heldRow(context, id)
    return `The row ${row_key} of ${table_name} will never reach central, and is no longer kept for it.`
  },
  run(context, { id }) {
    const { table_name, row_key } = heldRow(context, id)
    context.db.prepare("UPDATE sync_quarantine SET state = 'discarded' WHERE id = ?").run(id)
    context.effect({ kind: 'sync', ask: 'wake' })
    return { table: table_name, key: row_key }
  },
})

function heldRow({ db }: Pick<CallContext, 'db'>, id: number): { table_name: string; row_key: string } {
  const row = db
    .prepare("SELECT table_name, row_key FROM sync_quarantine WHERE id = ? AND state <> 'discarded'")
    .get(id)
  if (!row)
    throw new LaresError('not_found', `no row is held under the number ${id}`, { hint: 'See lares quarantine list.' })
  return row as { table_name: string; row_key: string }
}

export const COMMANDS = [
  syncStatus,
  claimSite,
  yieldRow,
  verifySync,
  listQuarantine,
  retryQuarantine,
  discardQuarantine,
] as const
