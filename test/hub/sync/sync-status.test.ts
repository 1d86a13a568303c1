import { describe, expect, it } from 'vitest'
import { centralHealth } from '../../../hub/core/central.ts'
import { NO_IDENTITY, type StreamPosition } from '../../../hub/engine/sync-step.ts'
import { Health } from '../../../hub/health/hub-health.ts'
import { CHAIN_START } from '../../../hub/sync/chain.ts'
import { SyncCore } from '../../../hub/sync/core.ts'
import type { SyncState } from '../../../hub/sync/sync-state.ts'
import { SYNC_OFF, statusOf } from '../../../hub/sync/sync-status.ts'

const NOW = 1_770_000_000_000

function stream(name: string, more: Partial<StreamPosition> = {}): StreamPosition {
  return {
    stream: name,
    table: name,
    epoch: 2,
    first: 0,
    upto: null,
    position: 10,
    chain: CHAIN_START,
    history: '',
    ...more,
  }
}

function stateWith(more: Partial<SyncState>): SyncState {
  const { state } = new SyncCore({
    identity: { ...NO_IDENTITY, name: 'home', epoch: 2 },
    streams: [stream('readings'), stream('changes', { table: 'sync_changes', position: 4 })],
    scopes: [],
    mint: () => 'x',
    backoff: () => 0,
  })
  return { ...state, ...more }
}

const NOTHING = {
  waiting: [],
  changes: { waiting: 0, since: null },
  lastSent: null,
  tally: { quarantined: 0, bytes: 0 },
  now: NOW,
}

describe('how sync stands', () => {
  it('is told by stream, in rows and in seconds, and of all together', () => {
    const status = statusOf(stateWith({ mode: 'running', batchRows: 500 }), {
      waiting: [
        { stream: 'readings', epoch: 2, newest: 30, rows: 20, oldest: NOW - 61_400 },
        { stream: 'events', epoch: 2, newest: 0, rows: 0, oldest: null },
      ],
      changes: { waiting: 3, since: NOW - 90_000 },
      lastSent: NOW - 5,
      tally: { quarantined: 2, bytes: 900 },
      now: NOW,
    })
    expect(status).toEqual({
      state: 'running',
      site: 'home',
      epoch: 2,
      streams: [
        { stream: 'readings', epoch: 2, position: 10, rows_behind: 20, seconds_behind: 61 },
        { stream: 'events', epoch: 2, position: 0, rows_behind: 0, seconds_behind: 0 },
        { stream: 'changes', epoch: 2, position: 4, rows_behind: 3, seconds_behind: 90 },
      ],
      rows_behind: 23,
      seconds_behind: 90,
      oldest_unsent: NOW - 90_000,
      last_error: null,
      failures: 0,
      last_sent: NOW - 5,
      batch_rows: 500,
      quarantined: 2,
      bytes: 900,
    })
  })

  it('is zero behind when nothing waits, and never less after the clock jumped back', () => {
    expect(statusOf(stateWith({}), NOTHING)).toMatchObject({ rows_behind: 0, seconds_behind: 0, oldest_unsent: null })
    const waiting = [{ stream: 'readings', epoch: 2, newest: 11, rows: 1, oldest: NOW + 60_000 }]
    expect(statusOf(stateWith({}), { ...NOTHING, waiting })).toMatchObject({ rows_behind: 1, seconds_behind: 0 })
  })

  it.each([
    [{ mode: 'disconnected', failures: 0 }, 'connecting'],
    [{ mode: 'disconnected', failures: 3 }, 'waiting'],
    [{ mode: 'handshake', failures: 3 }, 'connecting'],
    [{ mode: 'running' }, 'running'],
    [{ mode: 'fenced' }, 'fenced'],
  ] as const)('%o is told as %s', (state, expected) => {
    expect(statusOf(stateWith(state), NOTHING).state).toBe(expected)
  })
})

describe('the health of a hub', () => {
  it('names an absent central and is well all the same, asks for attention when its site was taken over, and forgets both', () => {
    const health = new Health()
    const report = () => health.report(NOW, true)
    centralHealth(health, { ...SYNC_OFF, state: 'waiting', last_error: 'central does not listen' })
    expect(report()).toMatchObject({
      state: 'ok',
      problems: [
        {
          code: 'central_away',
          message: 'central: central does not listen',
          hint: expect.stringContaining('Nothing is lost'),
        },
      ],
    })
    // A new try is no news yet.
    centralHealth(health, { ...SYNC_OFF, state: 'connecting' })
    expect(report().problems).toHaveLength(1)
    centralHealth(health, { ...SYNC_OFF, state: 'running' })
    expect(report().problems).toEqual([])
    centralHealth(health, { ...SYNC_OFF, state: 'fenced', last_error: null })
    expect(report()).toMatchObject({ state: 'attention', problems: [{ code: 'fenced' }] })
    centralHealth(health, { ...SYNC_OFF, state: 'running' })
    expect(report().problems).toEqual([])
  })
})
