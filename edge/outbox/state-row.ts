import type { Database } from '../../shared/sqlite/open.ts'

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

/** The one row of `outbox_state`. */
export interface StateRow {
  state(): OutboxState | null
  createState(epoch: string): void
  update(change: Partial<OutboxState>): void
}

export function stateRow(db: Database): StateRow {
  const state = db.prepare<[], OutboxState>(
    `SELECT epoch, connects, sent_bound AS sentBound, running_ms AS runningMs, dropped,
            dropped_told AS droppedTold, rejected FROM outbox_state WHERE id = 1`,
  )
  const createState = db.prepare<[string]>('INSERT INTO outbox_state (id, epoch) VALUES (1, ?)')
  return {
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
