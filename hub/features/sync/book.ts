import { cutText } from '../../../shared/cut-text.ts'
import type { Database, Statement } from '../../../shared/sqlite/open.ts'
import type { Context } from '../../engine/context.ts'
import { readStreams, readSyncIdentity, writeSyncIdentity } from '../../engine/sync-memory.ts'
import type {
  AckedPart,
  HeldRow,
  JoinedAnswer,
  StreamPosition,
  SyncIdentity,
  SyncStep,
} from '../../engine/sync-step.ts'
import { centralTables } from '../../store/central-tables.ts'
import { erasedAtCentral } from '../erasures/at-central.ts'
import { eraseAgain } from '../erasures/begin.ts'
import { ManagedRows } from './managed-rows.ts'
import { numberAgain, sendAgain, sendMarksAgain } from './send-again.ts'

const LOG = 'sync_changes'
const OFFERS = 20

export interface SyncBook {
  /** Writes one step down; the answer depends on the step. */
  apply(context: Context, step: SyncStep): unknown
}

/** What the hub writes down of its talk with central: one step of the sync thread is one input of the engine. */
export function openBook(db: Database): SyncBook {
  const rows = new ManagedRows(db, centralTables())
  const pages: Pages = { db, statements: prepare(db) }
  return {
    apply(context, step) {
      switch (step.step) {
        case 'propose':
          return propose(pages, step.token)
        case 'joined':
          return joined(pages, context, step)
        case 'acked':
          return acked(pages, context, step.parts)
        case 'pruned':
          return pruned(pages, context, step.stream)
        case 'erased':
          return erasedAtCentral(context, step)
        case 'fenced':
          return fenced(pages, context, step.reason)
        case 'granted':
          return rows.granted(context, new Set(step.scopes))
        case 'scope':
          return { scope: step.scope, seq: step.seq, ...rows.apply(context, step) }
      }
    },
  }
}

/** A crash between an offer and its answer leaves an offer behind; more than a few of them are of no use. */
function propose({ db }: Pages, token: string): void {
  const identity = readSyncIdentity(db)
  const others = identity.proposed.filter((offered) => offered !== token)
  writeSyncIdentity(db, { ...identity, proposed: [...others, token].slice(-OFFERS) })
}

function joined({ db, statements }: Pages, context: Context, step: JoinedStep): JoinedAnswer {
  const { site, name, token, leases, epoch } = step
  const before = readSyncIdentity(db)
  const known = readStreams(db)
  for (const stream of step.streams) writeStream(statements, stream, context.now)
  for (const held of step.held) hold(statements, held, context.now)
  numberAgain(db, step.changesSeen)
  const pruneFrom = step.resend ? sendAgain(db) : before.pruneFrom
  if (!step.resend) for (const stream of step.streams) sendMarksAgain(db, { known, stream })
  writeSyncIdentity(db, {
    ...before,
    site,
    name,
    token,
    proposed: [],
    leases,
    epoch,
    fenced: null,
    restored: false,
    pruneFrom,
  })
  tellJoined(context, step, before)
  eraseAgain(context, step.erased)
  return { streams: readStreams(db), pruneFrom }
}

function tellJoined(context: Context, { found, name, epoch }: JoinedStep, before: SyncIdentity): void {
  if (found === 'resumed') return
  const type = found === 'first' ? 'sync_joined' : found === 'hub_restored' ? 'sync_epoch' : 'central_restored'
  context.addEvent({ type, data: { site: name, epoch, before: before.epoch } })
}

function acked({ db, statements }: Pages, context: Context, parts: AckedPart[]): void {
  // Somebody claimed this hub as new meanwhile: these streams are those of its former site.
  if (readSyncIdentity(db).site === null) return
  for (const { stream, ledger, held, settled, unknown } of parts) {
    writeStream(statements, stream, context.now)
    const { rows: sent, merged, duplicates, quarantined, bytes } = ledger
    statements.count.run(sent, merged, duplicates, quarantined, bytes, stream.epoch, stream.stream)
    if (stream.table === LOG && stream.upto === null) statements.forget.run(stream.position, JSON.stringify(unknown))
    if (settled.length > 0 && statements.anyHeld.get())
      for (const { table, key } of settled) statements.settle.run(table, key)
    for (const row of held) {
      hold(statements, row, context.now)
      context.addEvent({ type: 'sync_row_refused', data: { ...row } })
    }
  }
}

/** Central has no rows any more that this hub no longer has. */
function pruned({ db, statements }: Pages, context: Context, stream: StreamPosition): void {
  if (readSyncIdentity(db).site === null) return
  writeStream(statements, stream, context.now)
  writeSyncIdentity(db, { ...readSyncIdentity(db), pruneFrom: null })
}

function fenced({ db }: Pages, context: Context, reason: string): void {
  const identity = readSyncIdentity(db)
  if (identity.fenced === null) context.addEvent({ type: 'sync_fenced', data: { reason } })
  writeSyncIdentity(db, { ...identity, fenced: reason })
}

type JoinedStep = Extract<SyncStep, { step: 'joined' }>

/** What the steps are written down in. */
interface Pages {
  db: Database
  statements: Statements
}

type Statements = ReturnType<typeof prepare>

function prepare(db: Database) {
  return {
    write: db.prepare(
      'INSERT INTO sync_streams (stream, table_name, epoch, first, upto, position, chain, history, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ' +
        'ON CONFLICT (epoch, stream) DO UPDATE SET first = excluded.first, upto = excluded.upto, position = excluded.position, chain = excluded.chain, history = excluded.history, updated_at = excluded.updated_at',
    ),
    count: db.prepare(
      'UPDATE sync_streams SET rows = rows + ?, merged = merged + ?, duplicates = duplicates + ?, quarantined = quarantined + ?, bytes = bytes + ? ' +
        'WHERE epoch = ? AND stream = ?',
    ),
    forget: db.prepare(
      'DELETE FROM sync_changes WHERE seq <= ? AND table_name NOT IN (SELECT value FROM json_each(?))',
    ),
    anyHeld: db.prepare('SELECT 1 FROM sync_quarantine LIMIT 1').pluck(),
    settle: db.prepare('DELETE FROM sync_quarantine WHERE table_name = ? AND row_key = ?'),
    hold: db.prepare(
      'INSERT INTO sync_quarantine (table_name, row_key, epoch, stream, code, reason, held_at) VALUES (?, ?, ?, ?, ?, ?, ?) ' +
        "ON CONFLICT (table_name, row_key, epoch) DO UPDATE SET code = excluded.code, reason = excluded.reason, state = CASE state WHEN 'discarded' THEN state ELSE 'held' END",
    ),
  } as Record<'write' | 'count' | 'forget' | 'anyHeld' | 'settle' | 'hold', Statement>
}

function writeStream({ write }: Statements, stream: StreamPosition, now: number): void {
  const { stream: name, table, epoch, first, upto, position, chain, history } = stream
  write.run(name, table, epoch, first, upto, position, chain, history, now)
}

function hold(statements: Statements, { table, key, epoch, stream, code, reason }: HeldRow, now: number): void {
  statements.hold.run(table, key, epoch, stream, code, cutText(reason, 1_000), now)
}
