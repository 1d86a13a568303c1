import type { Lane } from '../../shared/messages/fields.ts'
import type { Database } from '../../shared/sqlite/open.ts'

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

export interface Amount {
  rows: number
  bytes: number
}

/** What the file knows about itself. */
export interface OutboxState {
  epoch: string
  connects: number
  sentBound: number
  runningMs: number
  dropped: number
  droppedTold: number
  rejected: number
}

const STATE_COLUMNS = {
  epoch: 'epoch',
  connects: 'connects',
  sentBound: 'sent_bound',
  runningMs: 'running_ms',
  dropped: 'dropped',
  droppedTold: 'dropped_told',
  rejected: 'rejected',
} as const satisfies Record<keyof OutboxState, string>

/** The statements of the outbox tables, prepared once. */
export interface OutboxRows {
  insert(row: NewRow): number
  /** Rows of a lane above a sequence number, ascending, without the parked ones. */
  waiting(lane: Lane, after: number, limit: number): OutboxRow[]
  /** Takes away what is not parked, up to and with `upto`, and says how much that was. */
  deleteUpTo(lane: Lane, upto: number): Amount
  deleteRow(id: number): Amount
  /** The oldest rows of a lane (or of the parked ones), with what they weigh. */
  oldest(lane: Lane | 'parked', limit: number): { id: number; bytes: number; writtenMs: number }[]
  highestIssued(): number
  total(): Amount
  totalParked(): number
  oldestWrittenMs(): number | null
  countDisconnect(inFlight: readonly number[]): void
  /** Rows present at this many disconnects in a row, set aside now. */
  park(disconnects: number): OutboxRow[]
  /** Gives rows a new, higher sequence number, in their order. Parked ones come back into the line. */
  rekey(which: 'all' | 'parked'): number
  state(): OutboxState | null
  createState(epoch: string): void
  update(change: Partial<OutboxState>): void
}

const ROW = 'id, lane, kind, body, boot, bytes, disconnects'

export function outboxRows(db: Database): OutboxRows {
  const insert = db.prepare<[string, string, string, string, number, number]>(
    'INSERT INTO outbox (lane, kind, body, boot, written_ms, bytes) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const waiting = db.prepare<[string, number, number], OutboxRow>(
    `SELECT ${ROW} FROM outbox WHERE parked = 0 AND lane = ? AND id > ? ORDER BY id LIMIT ?`,
  )
  const weigh = db.prepare<[string, number], Amount>(
    'SELECT count(*) AS rows, coalesce(sum(bytes), 0) AS bytes FROM outbox WHERE parked = 0 AND lane = ? AND id <= ?',
  )
  const deleteUpTo = db.prepare<[string, number]>('DELETE FROM outbox WHERE parked = 0 AND lane = ? AND id <= ?')
  const deleteRow = db.prepare<[number], { bytes: number }>('DELETE FROM outbox WHERE id = ? RETURNING bytes')
  const oldestOf = db.prepare<[string, number], { id: number; bytes: number; writtenMs: number }>(
    'SELECT id, bytes, written_ms AS writtenMs FROM outbox WHERE parked = 0 AND lane = ? ORDER BY id LIMIT ?',
  )
  const oldestParked = db.prepare<[number], { id: number; bytes: number; writtenMs: number }>(
    'SELECT id, bytes, written_ms AS writtenMs FROM outbox WHERE parked = 1 ORDER BY id LIMIT ?',
  )
  const highest = db.prepare<[], number>("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'").pluck()
  const total = db.prepare<[], Amount>('SELECT count(*) AS rows, coalesce(sum(bytes), 0) AS bytes FROM outbox')
  const totalParked = db.prepare<[], number>('SELECT count(*) FROM outbox WHERE parked = 1').pluck()
  const oldestWritten = db.prepare<[], number>('SELECT written_ms FROM outbox ORDER BY id LIMIT 1').pluck()
  const forgiveAll = db.prepare<[string]>(
    'UPDATE outbox SET disconnects = 0 WHERE disconnects > 0 AND parked = 0 AND id NOT IN (SELECT value FROM json_each(?))',
  )
  const countOne = db.prepare<[string]>(
    'UPDATE outbox SET disconnects = disconnects + 1 WHERE id IN (SELECT value FROM json_each(?))',
  )
  const park = db.prepare<[number], OutboxRow>(
    `UPDATE outbox SET parked = 1 WHERE disconnects > 0 AND parked = 0 AND disconnects >= ? RETURNING ${ROW}`,
  )
  const copy = (condition: string) =>
    db.prepare<[number]>(
      `INSERT INTO outbox (lane, kind, body, boot, written_ms, bytes)
       SELECT lane, kind, body, boot, written_ms, bytes FROM outbox WHERE id <= ? AND ${condition} ORDER BY id`,
    )
  const copies = { all: copy('true'), parked: copy('parked = 1') }
  const originals = {
    all: db.prepare<[number]>('DELETE FROM outbox WHERE id <= ?'),
    parked: db.prepare<[number]>('DELETE FROM outbox WHERE id <= ? AND parked = 1'),
  }
  const state = db.prepare<[], OutboxState>(
    `SELECT epoch, connects, sent_bound AS sentBound, running_ms AS runningMs, dropped,
            dropped_told AS droppedTold, rejected FROM outbox_state WHERE id = 1`,
  )
  const createState = db.prepare<[string]>('INSERT INTO outbox_state (id, epoch) VALUES (1, ?)')
  const highestIssued = () => highest.get() ?? 0

  return {
    insert: (row) =>
      Number(insert.run(row.lane, row.kind, row.body, row.boot, row.writtenMs, row.bytes).lastInsertRowid),
    waiting: (lane, after, limit) => waiting.all(lane, after, limit),
    deleteUpTo(lane, upto) {
      const amount = weigh.get(lane, upto) ?? { rows: 0, bytes: 0 }
      if (amount.rows > 0) deleteUpTo.run(lane, upto)
      return amount
    },
    deleteRow(id) {
      const gone = deleteRow.get(id)
      return { rows: gone ? 1 : 0, bytes: gone?.bytes ?? 0 }
    },
    oldest: (lane, limit) => (lane === 'parked' ? oldestParked.all(limit) : oldestOf.all(lane, limit)),
    highestIssued,
    total: () => total.get() ?? { rows: 0, bytes: 0 },
    totalParked: () => totalParked.get() ?? 0,
    oldestWrittenMs: () => oldestWritten.get() ?? null,
    countDisconnect(inFlight) {
      const ids = JSON.stringify(inFlight)
      forgiveAll.run(ids)
      countOne.run(ids)
    },
    park: (disconnects) => park.all(disconnects),
    rekey(which) {
      const last = highestIssued()
      const moved = copies[which].run(last).changes
      originals[which].run(last)
      return moved
    },
    state: () => state.get() ?? null,
    createState: (epoch) => void createState.run(epoch),
    update(change) {
      const keys = Object.keys(change) as (keyof OutboxState)[]
      if (keys.length === 0) return
      const sets = keys.map((key) => `${STATE_COLUMNS[key]} = ?`).join(', ')
      db.prepare(`UPDATE outbox_state SET ${sets} WHERE id = 1`).run(...keys.map((key) => change[key]))
    },
  }
}
