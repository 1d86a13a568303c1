import type { StreamPosition } from '../engine/sync-step.ts'
import type { SyncState, Waiting } from './sync-state.ts'

/** How one stream stands. */
export interface StreamStatus {
  stream: string
  epoch: number
  position: number
  /** Rows that wait, about. */
  rows_behind: number
  /** Age of the oldest row that waits, seconds; 0 when none does. */
  seconds_behind: number
}

/** What `sync/status` and the metrics show. Numbers of rows that went through are the ledger's, in the database. */
export interface SyncStatus {
  state: 'off' | 'connecting' | 'running' | 'waiting' | 'fenced'
  site: string | null
  epoch: number
  streams: StreamStatus[]
  /** Of all streams together. */
  rows_behind: number
  seconds_behind: number
  oldest_unsent: number | null
  /** In plain words; `null` while all is well. */
  last_error: string | null
  failures: number
  /** Wall clock of the last batch that central took; `null` before the first. */
  last_sent: number | null
  batch_rows: number
  /** Rows that central refused and nobody has decided about. */
  quarantined: number
  /** What went to central since this house first sent something, as text before compression. */
  bytes: number
}

export const SYNC_OFF: SyncStatus = {
  state: 'off',
  site: null,
  epoch: 0,
  streams: [],
  rows_behind: 0,
  seconds_behind: 0,
  oldest_unsent: null,
  last_error: null,
  failures: 0,
  last_sent: null,
  batch_rows: 0,
  quarantined: 0,
  bytes: 0,
}

export interface Looked {
  waiting: readonly Waiting[]
  changes: { waiting: number; since: number | null }
  lastSent: number | null
  tally: { quarantined: number; bytes: number }
  now: number
}

/** Puts together what the machine knows and what waits in the hub's database. */
export function statusOf(state: Readonly<SyncState>, { waiting, changes, lastSent, tally, now }: Looked): SyncStatus {
  const age = (since: number | null) => (since === null ? 0 : Math.max(0, Math.round((now - since) / 1000)))
  const log = state.streams.find((stream) => stream.table === 'sync_changes' && stream.upto === null)
  const streams: StreamStatus[] = waiting.map(({ stream, epoch, rows, oldest }) => ({
    stream,
    epoch,
    position: positionOf(state.streams, stream, epoch),
    rows_behind: rows,
    seconds_behind: age(oldest),
  }))
  if (log) {
    const { stream, epoch, position } = log
    streams.push({
      stream,
      epoch,
      position,
      rows_behind: changes.waiting,
      seconds_behind: changes.waiting === 0 ? 0 : age(changes.since),
    })
  }
  const ages = [...waiting.map(({ oldest }) => oldest), changes.waiting > 0 ? changes.since : null].filter(
    (at) => at !== null,
  )
  const oldest = ages.length === 0 ? null : Math.min(...ages)
  return {
    state: modeOf(state),
    site: state.identity.name,
    epoch: state.identity.epoch,
    streams,
    rows_behind: streams.reduce((sum, stream) => sum + stream.rows_behind, 0),
    seconds_behind: age(oldest),
    oldest_unsent: oldest,
    last_error: state.lastError,
    failures: state.failures,
    last_sent: lastSent,
    batch_rows: state.batchRows,
    ...tally,
  }
}

function modeOf({ mode, failures }: Readonly<SyncState>): SyncStatus['state'] {
  if (mode === 'disconnected') return failures > 0 ? 'waiting' : 'connecting'
  if (mode === 'handshake') return 'connecting'
  return mode
}

function positionOf(streams: readonly StreamPosition[], stream: string, epoch: number): number {
  return streams.find((own) => own.stream === stream && own.epoch === epoch)?.position ?? 0
}
