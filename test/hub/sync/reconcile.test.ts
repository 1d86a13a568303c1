import { describe, expect, it } from 'vitest'
import { NO_IDENTITY, type StreamPosition, type SyncIdentity } from '../../../hub/engine/sync-step.ts'
import { CHAIN_START, prunedChain } from '../../../hub/sync/chain.ts'
import { type CentralView, type HubView, type Reconciliation, reconcile } from '../../../hub/sync/reconcile.ts'

/** The chain over the hub's own rows up to a key; another house has another one. */
const over = (key: number, whose = 'own') =>
  key === 0 ? CHAIN_START : `${whose === 'own' ? 'aaaaaaaa' : 'bbbbbbbb'}${String(key).padStart(8, '0')}`

function stream(name: string, position: number, more: Partial<StreamPosition> = {}): StreamPosition {
  const table = name === 'changes' ? 'sync_changes' : (name.split(':')[0] ?? name)
  return { stream: name, table, epoch: 1, first: 0, upto: null, position, chain: over(position), history: '', ...more }
}

/** A hub that joined as the site `home`, has epoch 1 and the third lease, and sent 10 readings and 5 changes. */
const JOINED: SyncIdentity = { ...NO_IDENTITY, site: 'home', name: 'home', token: 'mine', leases: 3, epoch: 1 }

function hub(more: Partial<HubView> = {}, identity: Partial<SyncIdentity> = {}): HubView {
  return {
    identity: { ...JOINED, ...identity },
    streams: [stream('changes', 5), stream('readings', 10)],
    heldLease: false,
    tables: ['readings'],
    ...more,
  }
}

function central(more: Partial<CentralView> = {}): CentralView {
  return {
    site: 'home',
    name: 'home',
    lease: 'mine',
    leases: 3,
    epoch: 1,
    cursors: [stream('changes', 5), stream('readings', 10)],
    ...more,
  }
}

/** The hub has readings up to 15 and changes up to 7. */
const facts = {
  rehash: ({ table, position, chain }: StreamPosition, upto: number) => {
    if (upto === position) return chain
    return upto <= (table === 'sync_changes' ? 7 : 15) ? over(upto) : null
  },
  erased: () => false,
  oldest: () => 1,
  newest: () => 15,
}

const compare = (own: HubView, theirs: CentralView) => reconcile(own, theirs, facts)

function go(verdict: Reconciliation) {
  if (verdict.kind !== 'go') throw new Error(`${verdict.kind}: ${verdict.reason}`)
  return verdict
}

const positions = (verdict: Reconciliation) =>
  Object.fromEntries(go(verdict).streams.map(({ stream: name, epoch, position }) => [`${epoch}/${name}`, position]))

describe('at the handshake of a hub', () => {
  it.each<[string, HubView, CentralView, string, number, boolean]>([
    [
      'for the first time, it begins with epoch 1',
      { identity: NO_IDENTITY, streams: [], heldLease: false, tables: ['readings'] },
      central({ lease: null, leases: 0, epoch: 0, cursors: [] }),
      'first',
      1,
      true,
    ],
    [
      'for the first time again because the answer was lost, it is still the first time',
      {
        identity: { ...NO_IDENTITY, proposed: ['offered'] },
        streams: [],
        heldLease: false,
        tables: ['readings'],
      },
      central({ lease: 'offered', leases: 1, epoch: 1, cursors: [] }),
      'first',
      1,
      true,
    ],
    ['and both remember the same, it goes on', hub(), central(), 'resumed', 1, false],
    [
      'after the answer to its offer was lost, it goes on',
      hub({}, { proposed: ['other', 'offered'] }),
      central({ lease: 'offered', leases: 4 }),
      'resumed',
      1,
      false,
    ],
    [
      'and central is ahead over the own rows of the hub, a reply was lost',
      hub(),
      central({ cursors: [stream('changes', 7), stream('readings', 15)] }),
      'resumed',
      1,
      false,
    ],
    [
      'and central is ahead over other rows, the hub is a copy and gets a new epoch',
      hub(),
      central({ cursors: [stream('changes', 5), stream('readings', 12, { chain: over(12, 'other') })] }),
      'hub_restored',
      2,
      true,
    ],
    [
      'and central is ahead over rows that the hub does not have, the hub is an old copy',
      hub(),
      central({ cursors: [stream('changes', 5), stream('readings', 16)] }),
      'hub_restored',
      2,
      true,
    ],
    [
      'and they agree on the position but not on the rows before it, it is a copy',
      hub(),
      central({ cursors: [stream('changes', 5), stream('readings', 10, { chain: over(10, 'other') })] }),
      'hub_restored',
      2,
      true,
    ],
    [
      'and central saw changes of another one, everything that may change is sent again',
      hub(),
      central({ cursors: [stream('changes', 6, { chain: over(6, 'other') }), stream('readings', 10)] }),
      'resumed',
      1,
      true,
    ],
    [
      'and somebody else got a lease meanwhile, it is the copy that comes later',
      hub(),
      central({ lease: 'theirs', leases: 4 }),
      'hub_restored',
      2,
      true,
    ],
    [
      'with the same lease under another number, a copy of it was here',
      hub(),
      central({ leases: 5 }),
      'hub_restored',
      2,
      true,
    ],
    ['that gave out a later epoch, it is a copy from before', hub(), central({ epoch: 4 }), 'hub_restored', 5, true],
    ['and its database was put in place from a copy', hub({}, { restored: true }), central(), 'hub_restored', 2, true],
    [
      'that lost what was acknowledged, central was put back',
      hub(),
      central({ cursors: [stream('changes', 5), stream('readings', 8)] }),
      'central_restored',
      1,
      true,
    ],
    [
      'that knows fewer leases than the hub, central was put back',
      hub({ heldLease: true }),
      central({ lease: 'old', leases: 2, cursors: [stream('changes', 3), stream('readings', 8)] }),
      'central_restored',
      1,
      true,
    ],
    [
      'that does not know its epoch, central was put back',
      hub({}, { epoch: 2 }),
      central({ cursors: [] }),
      'central_restored',
      2,
      true,
    ],
  ])('%s', (_, own, theirs, found, epoch, resend) => {
    const verdict = go(compare(own, theirs))
    expect(verdict).toMatchObject({ found, epoch, resend })
    expect(verdict.leases).toBeGreaterThan(Math.max(own.identity.leases, theirs.leases))
  })

  it('for another site, it is told so and nothing happens', () => {
    const told = (site: string, name: string) => compare(hub(), central({ site, name }))
    expect(told('cabin', 'cabin')).toEqual({
      kind: 'wrong_site',
      reason: expect.stringMatching(/the site home, and the connection is for cabin; .*lares sync claim --as-new$/),
    })
    // The name of a removed site is free again: what two sites share tells nobody which is meant.
    expect(told('another', 'home')).toMatchObject({ reason: expect.stringContaining('for a later site of that name;') })
  })

  it('while another one took over in its lifetime, it is fenced', () => {
    expect(compare(hub({ heldLease: true }), central({ lease: 'theirs', leases: 4 }))).toMatchObject({ kind: 'fenced' })
    // The same, after a new start: a person moved the card, or put a copy back. It gets a new epoch instead.
    expect(compare(hub({ heldLease: false }), central({ lease: 'theirs', leases: 4 }))).toMatchObject({ kind: 'go' })
  })
})

describe('after the handshake', () => {
  it('streams go on where central is', () => {
    const theirs = central({ cursors: [stream('changes', 7), stream('readings', 15)] })
    expect(positions(compare(hub(), theirs))).toEqual({ '1/changes': 7, '1/readings': 15 })
    const back = central({ cursors: [stream('changes', 5), stream('readings', 8)] })
    expect(positions(compare(hub(), back))).toMatchObject({ '1/readings': 8 })
  })

  it('rows of a new epoch begin behind those that central surely has', () => {
    const verdict = go(compare(hub({}, { restored: true }), central()))
    expect(verdict.streams).toMatchObject([
      { epoch: 1, stream: 'changes', upto: 5 },
      { epoch: 1, stream: 'readings', position: 10, upto: 10 },
      { epoch: 2, stream: 'changes', first: 5, upto: null },
      { epoch: 2, stream: 'readings', first: 10, position: 10, upto: null, chain: CHAIN_START },
    ])
    expect(verdict.changesSeen).toBe(5)
  })

  it('a part that was split off follows into a new epoch, with what is left of it', () => {
    const part = stream('readings:2-8', 4, { first: 2, upto: 8 })
    const own = hub({ streams: [stream('changes', 5), stream('readings', 10), part] }, { restored: true })
    const verdict = go(compare(own, central({ cursors: [stream('changes', 5), stream('readings', 10), part] })))
    expect(
      verdict.streams.filter(({ table, upto }) => table === 'readings' && upto !== null && upto !== 10),
    ).toMatchObject([
      { stream: 'readings:2-8', epoch: 1, position: 4, upto: 4 },
      { stream: 'readings:4-8', epoch: 2, first: 4, position: 4, upto: 8 },
    ])
  })

  it('a part that was split off while the reply was lost is known', () => {
    const part = stream('readings:10-14', 10, { first: 10, upto: 14, chain: CHAIN_START })
    const theirs = central({ cursors: [stream('changes', 5), stream('readings', 14, { chain: over(10) }), part] })
    const verdict = go(compare(hub(), theirs))
    expect(verdict).toMatchObject({ found: 'resumed', resend: false })
    expect(positions(verdict)).toMatchObject({ '1/readings': 14, '1/readings:10-14': 10 })
  })

  it('a jump over keys that this hub has not given out yet was made by another one', () => {
    const part = stream('readings:10-16', 10, { first: 10, upto: 16, chain: CHAIN_START })
    const theirs = central({ cursors: [stream('changes', 5), stream('readings', 16, { chain: over(10) }), part] })
    expect(go(compare(hub(), theirs))).toMatchObject({ found: 'hub_restored', epoch: 2 })
  })

  it('a part of which other rows were sent is of another one', () => {
    const part = stream('readings:10-14', 12, { first: 10, upto: 14, chain: over(12, 'other') })
    const theirs = central({ cursors: [stream('changes', 5), stream('readings', 14, { chain: over(10) }), part] })
    expect(go(compare(hub(), theirs))).toMatchObject({ found: 'hub_restored', epoch: 2 })
  })

  it('a part that was split off and sent to its end while all replies were lost is known as well', () => {
    const part = stream('readings:10-14', 14, { first: 10, upto: 14, chain: over(14) })
    const theirs = central({ cursors: [stream('changes', 5), stream('readings', 14, { chain: over(10) }), part] })
    expect(positions(compare(hub(), theirs))).toMatchObject({ '1/readings': 14, '1/readings:10-14': 14 })
  })

  it('numbers of the change log begin above all that either side has seen', () => {
    const theirs = central({ lease: 'theirs', leases: 4, cursors: [stream('changes', 900)] })
    expect(go(compare(hub(), theirs)).changesSeen).toBe(900)
  })

  it('a table that is new gets a stream of its own', () => {
    expect(positions(compare(hub({ tables: ['readings', 'events'] }), central()))).toMatchObject({ '1/events': 0 })
  })
})

describe('where central was put back and another hub was the site meanwhile', () => {
  const walked = (name: string, position: number, history: string, more: Partial<StreamPosition> = {}) =>
    stream(name, position, { history, ...more })
  const OTHER = { chain: over(1, 'other') }
  /** This hub sent readings up to 10 under its third lease; all below happened to central afterwards. */
  const own = (more: Partial<HubView> = {}) =>
    hub({ streams: [walked('changes', 5, '3.mine@0'), walked('readings', 10, '3.mine@0')], ...more })
  const parts = (verdict: Reconciliation) =>
    go(verdict).streams.map(({ stream: name, epoch, first, position, upto }) => [epoch, name, first, position, upto])

  it('rows that it sent instead are not taken for those of this hub, however far it came', () => {
    const theirs = central({
      ...{ lease: 'theirs', leases: 4 },
      cursors: [walked('changes', 5, '3.mine@0'), walked('readings', 20, '3.mine@0 4.theirs@6', OTHER)],
    })
    const verdict = compare(own(), theirs)
    expect(verdict).toMatchObject({ found: 'hub_restored', epoch: 2, resend: true })
    expect(parts(verdict)).toEqual([
      [1, 'changes', 0, 5, 5],
      [1, 'readings', 0, 6, 6],
      [2, 'readings:6-10', 6, 6, 10],
      [2, 'changes', 5, 5, null],
      [2, 'readings', 10, 10, null],
    ])
  })

  it('a part that was split off goes with the rest of its range, once', () => {
    const part = walked('readings:2-8', 4, '3.mine@2', { first: 2, upto: 8 })
    const mine = own({ streams: [walked('changes', 5, '3.mine@0'), walked('readings', 10, '3.mine@0'), part] })
    const theirs = central({
      ...{ lease: 'theirs', leases: 4 },
      cursors: [walked('changes', 5, '3.mine@0'), walked('readings', 20, '3.mine@0 4.theirs@1', OTHER)],
    })
    expect(parts(compare(mine, theirs)).filter(([epoch, , , , upto]) => epoch === 2 && upto !== null)).toEqual([
      [2, 'readings:1-10', 1, 1, 10],
    ])
  })

  it('the rest of a part that central lost does not go where the other one walked', () => {
    const part = walked('readings:3-10', 10, '4.mine@3', { first: 3, upto: 10 })
    const mine = own({ streams: [walked('changes', 5, '3.mine@0'), walked('readings', 10, '3.mine@0 4.mine@3'), part] })
    const theirs = central({
      ...{ lease: 'theirs', leases: 4 },
      cursors: [walked('changes', 5, '3.mine@0'), walked('readings', 5, '3.mine@0 4.theirs@3', OTHER)],
    })
    const rest = parts(compare(mine, theirs)).filter(([, name]) => String(name).startsWith('readings'))
    expect(rest).toEqual([
      [1, 'readings', 0, 3, 3],
      [1, 'readings:3-10', 3, 3, 3],
      [2, 'readings:3-10', 3, 3, 10],
      [2, 'readings', 10, 10, null],
    ])
  })

  it('what central lost without anybody in between is sent under the old epoch', () => {
    const theirs = central({
      ...{ lease: 'theirs', leases: 4 },
      cursors: [walked('changes', 5, '3.mine@0'), walked('readings', 6, '3.mine@0')],
    })
    expect(parts(compare(own(), theirs))).toContainEqual([1, 'readings', 0, 6, 10])
  })

  it.each<[string, Partial<CentralView>]>([
    ['had the same epoch', { cursors: [walked('changes', 9, '2.theirs@0'), walked('readings', 0, '')] }],
    ['had a later epoch', { epoch: 2, cursors: [walked('changes', 3, '3.mine@0'), walked('readings', 6, '3.mine@0')] }],
    [
      'had streams of its own',
      { cursors: [walked('changes', 3, '3.mine@0'), walked('readings:0-4', 4, '2.theirs@0', { upto: 4 })] },
    ],
  ])('a hub that comes back to a central where the other one %s begins an epoch of its own', (_, theirs) => {
    const verdict = go(compare(own(), central({ lease: 'theirs', leases: 2, ...theirs })))
    expect(verdict.found).toBe('hub_restored')
    expect(verdict.epoch).toBe(Math.max(1, theirs.epoch ?? 1) + 1)
  })

  it('a hub that comes back to its own rows goes on where they end', () => {
    const cursors = [walked('changes', 3, '3.mine@0'), walked('readings', 6, '3.mine@0')]
    const verdict = go(compare(own(), central({ lease: 'older', leases: 2, cursors })))
    expect(verdict).toMatchObject({ found: 'central_restored', epoch: 1 })
    expect(positions(verdict)).toEqual({ '1/changes': 3, '1/readings': 6 })
  })
})

describe('a prune of what the hub has no more', () => {
  const log = (chain: string) => stream('changes', 5, { chain })

  it('that central lost, although it has every entry, is made again after all is sent again', () => {
    const pruned = hub({ streams: [log(prunedChain(over(5), 4)), stream('readings', 10)] })
    expect(go(compare(pruned, central()))).toMatchObject({ found: 'resumed', resend: true })
  })

  it('whose answer was lost is simply made again', () => {
    const ready = hub({ streams: [log(over(5)), stream('readings', 10)] }, { pruneFrom: 4 })
    const done = central({ cursors: [log(prunedChain(over(5), 4)), stream('readings', 10)] })
    expect(go(compare(ready, done))).toMatchObject({ found: 'resumed', resend: false })
    expect(go(compare(hub(), done))).toMatchObject({ resend: true })
  })
})
