import { describe, expect, it } from 'vitest'
import { NO_IDENTITY, type StreamPosition } from '../../../hub/engine/sync-step.ts'
import { CHAIN_START } from '../../../hub/sync/chain.ts'
import { SyncCore } from '../../../hub/sync/core.ts'
import type { HandshakeOutcome, SyncEffect, Waiting } from '../../../hub/sync/sync-state.ts'

/** A stream this far behind is split off in part. */
const SPLIT_ROWS = 20_000

function stream(name: string, more: Partial<StreamPosition> = {}): StreamPosition {
  const table = name === 'changes' ? 'sync_changes' : (name.split(':')[0] ?? name)
  return { stream: name, table, epoch: 1, first: 0, upto: null, position: 0, chain: CHAIN_START, history: '', ...more }
}

const GO: HandshakeOutcome = {
  kind: 'go',
  facts: {
    site: 'home',
    name: 'home',
    leases: 1,
    epoch: 1,
    found: 'first',
    streams: [],
    resend: false,
    changesSeen: 0,
    held: [],
    erased: [],
  },
}

/** A machine after its handshake, which looks what waits. */
function joined(...streams: StreamPosition[]): SyncCore {
  const core = new SyncCore({ identity: NO_IDENTITY, streams: [], scopes: [], mint: () => 'x', backoff: () => 1_000 })
  core.handle({ kind: 'start' })
  core.handle({ kind: 'persisted', step: 'propose', answer: null })
  core.handle({ kind: 'handshake_done', outcome: GO })
  const effects = core.handle({ kind: 'persisted', step: 'joined', answer: { streams, pruneFrom: null } })
  expect(effects).toEqual([{ kind: 'look' }])
  return core
}

const waiting = (name: string, rows: number): Waiting => ({ stream: name, epoch: 1, newest: rows, rows, oldest: 1 })

const seen = (core: SyncCore, list: Waiting[], changes = 0) =>
  core.handle({
    kind: 'seen',
    waiting: list,
    changes: { waiting: changes, oldest: null },
    erasures: { removing: false, pending: [] },
    lost: null,
  })

function sent(core: SyncCore, at: StreamPosition, more: boolean, tookMs = 500): SyncEffect[] {
  const ledger = { rows: core.state.batchRows, merged: core.state.batchRows, duplicates: 0, quarantined: 0, bytes: 1 }
  return core.handle({ kind: 'sent', result: { stream: at, ledger, held: [], settled: [], unknown: [], more, tookMs } })
}

const asked = (effects: SyncEffect[]) =>
  effects.map((effect) => (effect.kind === 'send' ? `send ${effect.stream.stream}` : effect.kind))

describe('what the machine sends next', () => {
  it('is what is new, then what central has for it, then what was split off', () => {
    const live = stream('readings', { position: 100 })
    const part = stream('readings:100', { upto: 100 })
    const core = joined(part, live, stream('changes'))
    const both = [waiting('readings:100', 100), waiting('readings', 1)]
    expect(asked(seen(core, both, 1))).toEqual(['send readings'])
    expect(asked(sent(core, live, false))).toContain('send changes')
    expect(asked(sent(core, stream('changes', { position: 1 }), false))).toEqual(['scopes'])
    expect(asked(core.handle({ kind: 'scopes', granted: [] }))).toEqual(['send readings:100'])
    // Between two batches of what was split off it looks whether something new came.
    expect(asked(sent(core, { ...part, position: 50 }, true))).toContain('look')
    expect(asked(seen(core, both))).toEqual(['send readings'])
  })

  it('takes turns between tables, so that none keeps the others waiting', () => {
    const core = joined(stream('readings'), stream('events'))
    expect(asked(seen(core, [waiting('readings', 9_000), waiting('events', 9_000)]))).toEqual(['send readings'])
    expect(asked(sent(core, stream('readings', { position: 500 }), true))).toContain('send events')
    expect(asked(sent(core, stream('events', { position: 500 }), true))).toContain('send readings')
  })

  it('is split off where too much waits', () => {
    const core = joined(stream('readings'))
    expect(seen(core, [waiting('readings', SPLIT_ROWS)])).toMatchObject([{ kind: 'send' }])
    const far = joined(stream('readings'))
    expect(seen(far, [waiting('readings', SPLIT_ROWS + 1)])).toMatchObject([{ kind: 'split', upto: SPLIT_ROWS + 1 }])
  })

  it('grows while batches are quick, and shrinks when one is slow or fails', () => {
    const core = joined(stream('readings'))
    seen(core, [waiting('readings', 9_000)])
    sent(core, stream('readings', { position: 1 }), true, 10)
    expect(core.state.batchRows).toBe(1_000)
    sent(core, stream('readings', { position: 2 }), true, 5_000)
    expect(core.state.batchRows).toBe(500)
    core.handle({ kind: 'failed', reason: 'x', during: 'send' })
    expect(core.state.batchRows).toBe(250)
    core.handle({ kind: 'failed', reason: 'x', during: 'handshake' })
    expect(core.state.batchRows).toBe(250)
  })

  it('is nothing while the engine is far behind in writing down what was acknowledged', () => {
    const core = joined(stream('readings'))
    seen(core, [waiting('readings', 9_000)])
    core.state.unsaved = Array.from({ length: 3 }, (_, n) => ({
      stream: stream(`other${n}`),
      ledger: { rows: 10_000, merged: 10_000, duplicates: 0, quarantined: 0, bytes: 0 },
      held: [],
      settled: [],
      unknown: [],
    }))
    core.state.saving = []
    expect(asked(sent(core, stream('readings', { position: 1 }), true))).toEqual([])
    // It goes on as soon as the engine has caught up.
    expect(asked(core.handle({ kind: 'persisted', step: 'acked', answer: undefined }))).toEqual(['persist'])
    expect(asked(core.handle({ kind: 'persisted', step: 'acked', answer: undefined }))).toEqual(['send readings'])
  })
})

describe('a machine whose site was taken over', () => {
  it('stops, stays so through every failure, and begins again when a person claims the site', () => {
    const core = joined(stream('readings'))
    const effects = core.handle({ kind: 'lease_lost', reason: 'another hub took over' })
    expect(asked(effects)).toEqual(['disconnect', 'persist'])
    expect(effects).toContainEqual({ kind: 'persist', step: { step: 'fenced', reason: 'another hub took over' } })
    expect(core.handle({ kind: 'failed', reason: 'x', during: 'send' })).toEqual([])
    expect(core.handle({ kind: 'start' })).toEqual([])
    expect(core.handle({ kind: 'waited', timer: 1 })).toEqual([])
    const again = core.handle({ kind: 'claimed', identity: NO_IDENTITY, streams: [] })
    expect(asked(again)).toEqual(['disconnect', 'wait'])
    const timer = again.find((effect) => effect.kind === 'wait')?.timer ?? -1
    expect(core.handle({ kind: 'waited', timer })).toMatchObject([{ kind: 'persist', step: { step: 'propose' } }])
  })
})

describe('an erasure at central', () => {
  const pending = { id: 'e', what: 'device' as const, key: 'd', reason: 'r', pseudonym: 'erased-a' }
  const look = (core: SyncCore, rows: number, list = [pending]) =>
    asked(
      core.handle({
        kind: 'seen',
        waiting: [waiting('readings', rows)],
        changes: { waiting: 0, oldest: null },
        erasures: { removing: false, pending: list },
        lost: null,
      }),
    )
  const step = (core: SyncCore, more: object = {}) =>
    asked(core.handle({ kind: 'erased', id: 'e', rows: 20_000, done: false, refused: null, ...more }))

  it('takes turns with live rows, of which new ones are looked for after each step', () => {
    const core = joined(stream('readings'))
    expect(look(core, 9_000)).toEqual(['erase'])
    expect(step(core)).toEqual(['persist', 'look'])
    expect(look(core, 9_000)).toEqual(['send readings'])
    expect(asked(sent(core, stream('readings', { position: 500 }), true))).toContain('erase')
    step(core)
    expect(look(core, 0)).toEqual(['erase'])
  })

  it('comes before whatever was read while rows of somebody else were here', () => {
    const core = joined(stream('readings'))
    look(core, 9_000)
    step(core, { done: true })
    expect(look(core, 9_000, [{ ...pending, id: 'other' }])).toEqual(['erase'])
  })

  it('that was answered is not asked again before that is written down, and is when it is begun anew', () => {
    const core = joined(stream('readings'))
    look(core, 0)
    step(core, { done: true })
    expect(look(core, 0)).not.toContain('erase')
    core.handle({ kind: 'scopes', granted: [] })
    expect(look(core, 0, [])).not.toContain('erase')
    expect(look(core, 0)).toContain('erase')
  })
})

describe('what the house lost', () => {
  const lost = { id: 1, table: 'readings', position: 5, upto: 9 }
  const page = { id: 1, from: 5, upto: 9, columns: [], rows: [], found: 0 }
  const look = (core: SyncCore, rows: number) =>
    asked(
      core.handle({
        kind: 'seen',
        waiting: [waiting('readings', rows)],
        changes: { waiting: 0, oldest: null },
        erasures: { removing: false, pending: [] },
        lost,
      }),
    )

  it('is asked for when nothing else is to be done, and one page before it is looked for what is new', () => {
    const core = joined(stream('readings'))
    expect(look(core, 9_000)).toEqual(['send readings'])
    expect(asked(sent(core, stream('readings', { position: 9_000 }), false))).toContain('scopes')
    expect(asked(core.handle({ kind: 'scopes', granted: [] }))).toEqual(['fetch'])
    expect(core.handle({ kind: 'fetched', page })).toEqual([{ kind: 'persist', step: { step: 'fetched', ...page } }])
    expect(asked(core.handle({ kind: 'persisted', step: 'fetched', answer: undefined }))).toEqual(['wait'])
    expect(look(core, 0)).toEqual(['fetch'])
  })

  it.each(['central', 'the engine'])(
    'is asked for again after a while when %s cannot, and the connection stays',
    (who) => {
      const core = joined(stream('readings'))
      look(core, 0)
      core.handle({ kind: 'scopes', granted: [] })
      if (who === 'central') expect(asked(core.handle({ kind: 'fetched', page: 'failed' }))).toEqual(['wait'])
      else {
        core.handle({ kind: 'fetched', page })
        expect(asked(core.handle({ kind: 'not_persisted', step: 'fetched', reason: 'disk full' }))).toEqual(['wait'])
      }
      expect(core.state.mode).toBe('running')
      let looks = 1
      while (!look(core, 0).includes('fetch')) {
        looks += 1
        if (core.state.busy === 'scopes') core.handle({ kind: 'scopes', granted: [] })
      }
      expect(looks).toBeGreaterThan(500)
    },
  )

  it('is asked for at the next look when the house was busy', () => {
    const core = joined(stream('readings'))
    look(core, 0)
    core.handle({ kind: 'scopes', granted: [] })
    expect(asked(core.handle({ kind: 'fetched', page: 'later' }))).toEqual(['wait'])
    expect(look(core, 0)).toEqual(['fetch'])
  })
})
