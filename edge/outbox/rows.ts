import type { Lane } from '../../shared/messages/fields.ts'
import type { Database } from '../../shared/sqlite/open.ts'
import { type StateRow, stateRow } from './state-row.ts'

export type OutboxKind = 'readings' | 'event' | 'result'

export const LANES = ['urgent', 'live', 'backlog'] as const satisfies readonly Lane[]

/** What an outbox row weighs beside its body: columns, index entry, and the envelope added when it is sent. */
export const ROW_OVERHEAD_BYTES = 128

export interface NewRow {
  lane: Lane
  kind: OutboxKind
  body: string
  boot: string
  writtenMs: number
  bytes: number
}

export interface OutboxRow {
  id: number
  lane: Lane
  kind: OutboxKind
  body: string
  boot: string
  bytes: number
  disconnects: number
}

interface OldRow {
  id: number
  bytes: number
  writtenMs: number
}

export interface Amount {
  rows: number
  bytes: number
}

/** What is asked and changed of the outbox tables, by statements prepared once. */
export interface OutboxRows extends StateRow {
  insert(row: NewRow): number
  /** Rows of a lane above a sequence number, ascending, without the parked ones. */
  waiting(lane: Lane, after: number, limit: number): OutboxRow[]
  /** Takes away what is not parked, up to and with `upto`, and says how much that was. */
  deleteUpTo(lane: Lane, upto: number): Amount
  deleteRow(id: number): Amount
  /** The oldest rows of a lane (or of the parked ones), with what they weigh. */
  oldest(lane: Lane | 'parked', limit: number): OldRow[]
  highestIssued(): number
  total(): Amount
  totalParked(): number
  oldestWrittenMs(): number | null
  countDisconnect(inFlight: readonly number[]): void
  /** Rows present at this many disconnects in a row, set aside now. */
  park(disconnects: number): OutboxRow[]
  /** Gives rows a new, higher sequence number, in their order. Parked ones come back into the line. */
  rekey(which: 'all' | 'parked'): number
}

const ROW = 'id, lane, kind, body, boot, bytes, disconnects'

export function outboxRows(db: Database): OutboxRows {
  const statements = prepare(db)
  const highestIssued = () => statements.highest.get() ?? 0
  return {
    ...stateRow(db),
    insert: ({ lane, kind, body, boot, writtenMs, bytes }) =>
      Number(statements.insert.run(lane, kind, body, boot, writtenMs, bytes).lastInsertRowid),
    waiting: (lane, after, limit) => statements.waiting.all(lane, after, limit),
    deleteUpTo(lane, upto) {
      const amount = statements.weigh.get(lane, upto) ?? { rows: 0, bytes: 0 }
      if (amount.rows > 0) statements.deleteUpTo.run(lane, upto)
      return amount
    },
    deleteRow(id) {
      const gone = statements.deleteRow.get(id)
      return { rows: gone ? 1 : 0, bytes: gone?.bytes ?? 0 }
    },
    oldest: (lane, limit) =>
      lane === 'parked' ? statements.oldestParked.all(limit) : statements.oldest.all(lane, limit),
    highestIssued,
    total: () => statements.total.get() ?? { rows: 0, bytes: 0 },
    totalParked: () => statements.totalParked.get() ?? 0,
    oldestWrittenMs: () => statements.oldestWritten.get() ?? null,
    countDisconnect(inFlight) {
      const ids = JSON.stringify(inFlight)
      statements.forgive.run(ids)
      statements.count.run(ids)
    },
    park: (disconnects) => statements.park.all(disconnects),
    rekey(which) {
      const last = highestIssued()
      const moved = statements.copy[which].run(last).changes
      statements.deleteOriginals[which].run(last)
      return moved
    },
  }
}

function prepare(db: Database) {
  const copy = (condition: string) =>
    db.prepare<[number]>(
      `INSERT INTO outbox (lane, kind, body, boot, written_ms, bytes)
       SELECT lane, kind, body, boot, written_ms, bytes FROM outbox WHERE id <= ? AND ${condition} ORDER BY id`,
    )
  return {
    insert: db.prepare<[string, string, string, string, number, number]>(
      'INSERT INTO outbox (lane, kind, body, boot, written_ms, bytes) VALUES (?, ?, ?, ?, ?, ?)',
    ),
    waiting: db.prepare<[string, number, number], OutboxRow>(
      `SELECT ${ROW} FROM outbox WHERE parked = 0 AND lane = ? AND id > ? ORDER BY id LIMIT ?`,
    ),
    weigh: db.prepare<[string, number], Amount>(
      'SELECT count(*) AS rows, coalesce(sum(bytes), 0) AS bytes FROM outbox WHERE parked = 0 AND lane = ? AND id <= ?',
    ),
    deleteUpTo: db.prepare<[string, number]>('DELETE FROM outbox WHERE parked = 0 AND lane = ? AND id <= ?'),
    deleteRow: db.prepare<[number], { bytes: number }>('DELETE FROM outbox WHERE id = ? RETURNING bytes'),
    oldest: db.prepare<[string, number], OldRow>(
      'SELECT id, bytes, written_ms AS writtenMs FROM outbox WHERE parked = 0 AND lane = ? ORDER BY id LIMIT ?',
    ),
    oldestParked: db.prepare<[number], OldRow>(
      'SELECT id, bytes, written_ms AS writtenMs FROM outbox WHERE parked = 1 ORDER BY id LIMIT ?',
    ),
    highest: db.prepare<[], number>("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'").pluck(),
    total: db.prepare<[], Amount>('SELECT count(*) AS rows, coalesce(sum(bytes), 0) AS bytes FROM outbox'),
    totalParked: db.prepare<[], number>('SELECT count(*) FROM outbox WHERE parked = 1').pluck(),
    oldestWritten: db.prepare<[], number>('SELECT written_ms FROM outbox ORDER BY id LIMIT 1').pluck(),
    forgive: db.prepare<[string]>(
      'UPDATE outbox SET disconnects = 0 WHERE disconnects > 0 AND parked = 0 AND id NOT IN (SELECT value FROM json_each(?))',
    ),
    count: db.prepare<[string]>(
      'UPDATE outbox SET disconnects = disconnects + 1 WHERE id IN (SELECT value FROM json_each(?))',
    ),
    park: db.prepare<[number], OutboxRow>(
      `UPDATE outbox SET parked = 1 WHERE disconnects > 0 AND parked = 0 AND disconnects >= ? RETURNING ${ROW}`,
    ),
    copy: { all: copy('true'), parked: copy('parked = 1') },
    deleteOriginals: {
      all: db.prepare<[number]>('DELETE FROM outbox WHERE id <= ?'),
      parked: db.prepare<[number]>('DELETE FROM outbox WHERE id <= ? AND parked = 1'),
    },
  }
}
