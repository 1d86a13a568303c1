import type { Joining, StreamPosition, SyncIdentity } from '../engine/sync-step.ts'
import { CHAIN_START, prunedChain } from './chain.ts'
import { commonUpto } from './history.ts'
import { hasEnded, partName, streamName } from './stream-position.ts'

/** What central says of a site at the handshake. */
export interface CentralView {
  site: string
  name: string
  lease: string | null
  /** How many leases were given so far. */
  leases: number
  epoch: number
  /** The cursors of this hub's epochs. */
  cursors: StreamPosition[]
}

export interface HubView {
  identity: SyncIdentity
  /** All streams, of all epochs, also those that have ended. */
  streams: StreamPosition[]
  /** Whether this process held the lease before. */
  heldLease: boolean
  /** Append-only tables, by name. */
  tables: readonly string[]
}

export interface HubFacts {
  /**
   * The chain over the rows of a table in (from, upto], starting with `chain`; `null` when the hub does not have a row
   * at `upto` or one it would have to know is missing.
   */
  rehash(stream: StreamPosition, upto: number): string | null
  /** Whether rows of a table in (after, upto] were erased here: no chain over them can be computed any more. */
  erased(table: string, after: number, upto: number): boolean
  /** Lowest key that the hub still has of a table; 0 when it has none. */
  oldest(table: string): number
  /** Highest key that the hub ever gave out in a table. */
  newest(table: string): number
}

/** What follows from the two views. `streams` are all that are open from now on, and closed ones that changed. */
export type Reconciliation =
  | { kind: 'fenced'; reason: string }
  | { kind: 'wrong_site'; reason: string }
  | {
      kind: 'go'
      found: Joining
      /** Number of the lease that this handshake takes. */
      leases: number
      epoch: number
      streams: StreamPosition[]
      resend: boolean
      changesSeen: number
    }

/** The change log's stream. It is never split off in part: its entries are keys, and the newest state goes. */
export const CHANGES = 'changes'

/**
 * Compares what both sides remember, and decides where each stream goes on.
 *
 * The hub's memory is a cache of central's. Central ahead, over the same rows: a reply was lost. Central ahead, over other
 * rows or rows this hub does not have: this hub is a restored backup or a clone and gets a new epoch. Central behind:
 * central was restored, and what it lost is sent again.
 */
export function reconcile(hub: HubView, central: CentralView, facts: HubFacts): Reconciliation {
  const { identity } = hub
  if (identity.site !== null && identity.site !== central.site) {
    const own = identity.name ?? identity.site
    const other = central.name === own ? 'a later site of that name' : central.name
    return {
      kind: 'wrong_site',
      reason:
        `this hub is the site ${own}, and the connection is for ${other}; put the line of ${own} into central.url, ` +
        'or go on as the other site, with everything sent there anew: lares sync claim --as-new',
    }
  }
  // The number tells apart what a copied card offers from what this hub was given.
  const given = central.lease === identity.token && central.leases === identity.leases
  const unanswered = identity.proposed.includes(central.lease ?? '') && central.leases > identity.leases
  const holdsLease = central.lease !== null && (given || unanswered)
  // Nobody takes a lease away from central but a restore.
  const putBack = central.leases < identity.leases || central.epoch < identity.epoch
  if (hub.heldLease && !holdsLease && !putBack)
    return { kind: 'fenced', reason: `another hub took over the site ${central.name}` }
  if (identity.epoch === 0 && central.leases === 0) return begin({ hub, facts }, { epoch: 1, found: 'first', central })
  if (identity.restored || (!putBack && (!holdsLease || central.epoch !== identity.epoch))) {
    // A first handshake whose answer was lost is still the first, and what it gave was not used yet.
    if (holdsLease && identity.epoch === 0 && !identity.restored && isUnused(central)) {
      const found = central.epoch === 1 ? 'first' : 'hub_restored'
      return begin({ hub, facts }, { epoch: central.epoch, found, central })
    }
    return begin({ hub, facts }, { epoch: Math.max(central.epoch, identity.epoch) + 1, found: 'hub_restored', central })
  }
  if (putBack) {
    if (isEarlier(hub, central, facts)) return rewound(hub, central)
    return begin({ hub, facts }, { epoch: Math.max(central.epoch, identity.epoch) + 1, found: 'hub_restored', central })
  }
  return compare(hub, central, facts)
}

/** Whether nothing was sent under the epoch that central gave last. */
function isUnused({ epoch, cursors }: CentralView): boolean {
  return cursors.every((cursor) => cursor.epoch !== epoch || cursor.position === cursor.first)
}

function nextLease({ identity }: HubView, central: CentralView): number {
  return Math.max(identity.leases, central.leases) + 1
}

/** Same lease, same epoch: stream by stream. */
function compare(hub: HubView, central: CentralView, facts: HubFacts): Reconciliation {
  const cursors = new Map(central.cursors.map((cursor) => [streamName(cursor), cursor]))
  const streams: StreamPosition[] = []
  let behind = false
  let foreign = false
  let changesSeen = 0
  for (const own of hub.streams) {
    const cursor = cursors.get(streamName(own))
    cursors.delete(streamName(own))
    const there = cursor?.position ?? own.first
    if (hasEnded(own) && there >= own.position) continue
    if (own.table === 'sync_changes') {
      // What waits in the log is numbered above everything either side has seen; the cursor stays central's.
      const seen = cursor?.position ?? own.position
      if (seen < own.position) behind = true
      // Entries that this hub never had are another one's: its rows are not what central has.
      else if (cursor && !isOwnLogCursor(own, cursor, { pruned: hub.identity.pruneFrom, facts })) foreign = true
      changesSeen = Math.max(changesSeen, seen, own.position)
      if (!hasEnded(own)) streams.push(cursor ? { ...own, ...at(cursor, own.first) } : own)
      continue
    }
    if (there < own.position && surelyThere(own, cursor, facts) === there) {
      behind = true
      streams.push({ ...own, ...at(cursor, own.first) })
      continue
    }
    const fits =
      there === own.position
        ? cursor === undefined || cursor.chain === own.chain
        : there > own.position && follows(own, cursor as StreamPosition, { cursors, facts })
    if (!fits) {
      return begin({ hub, facts }, { epoch: central.epoch + 1, found: 'hub_restored', central })
    }
    streams.push(cursor ? { ...own, ...at(cursor, own.first) } : own)
  }
  // Parts that were split off in a transaction whose reply was lost; the jump of their table was checked above. Also one that was
  // sent to its end: a central that is put back may lose it, while its table's own stream has jumped over its keys.
  for (const cursor of cursors.values())
    if (cursor.epoch === central.epoch && cursor.upto !== null) streams.push(cursor)
  const known = new Set(streams.map(streamName))
  for (const stream of fresh(hub.tables, central.epoch, () => 0))
    if (!known.has(streamName(stream))) streams.push(stream)
  return {
    kind: 'go',
    found: behind ? 'central_restored' : 'resumed',
    leases: nextLease(hub, central),
    epoch: central.epoch,
    streams,
    resend: behind || foreign,
    changesSeen,
  }
}

/**
 * Whether central's cursor of the change log is where this hub's own entries lead. The reply to a prune may have been lost,
 * before or after some of them.
 */
function isOwnLogCursor(
  own: StreamPosition,
  { position, chain }: StreamPosition,
  { pruned, facts }: { pruned: number | null; facts: HubFacts },
): boolean {
  const rehashed = facts.rehash(own, position)
  if (rehashed === chain || rehashed === null || pruned === null) return rehashed === chain
  return (
    chain === prunedChain(rehashed, pruned) ||
    chain === facts.rehash({ ...own, chain: prunedChain(own.chain, pruned) }, position)
  )
}

/** Whether central's cursor is where this hub's own rows lead: by the same rows, or by splitting a part off. */
function follows(
  own: StreamPosition,
  cursor: StreamPosition,
  { cursors, facts }: { cursors: ReadonlyMap<string, StreamPosition>; facts: HubFacts },
): boolean {
  if (facts.rehash(own, cursor.position) === cursor.chain) return true
  // The lease is this hub's own: nobody else moved the cursor, whatever is left of what moved it.
  if (facts.erased(own.table, own.position, cursor.position)) return true
  for (const part of cursors.values()) {
    if (part.table !== own.table || part.epoch !== own.epoch || part.upto === null) continue
    // Scanned up to where the part begins, jumped to its end, scanned on.
    if (part.first < own.position || part.upto > cursor.position) continue
    // Nothing was scanned between the two: keys that this hub has not given out yet would be taken for sent.
    if (facts.newest(own.table) < part.upto) continue
    if (facts.rehash({ ...part, position: part.first, chain: CHAIN_START }, part.position) !== part.chain) continue
    const before = facts.rehash(own, part.first)
    if (before === null) continue
    const after = facts.rehash({ ...own, position: part.upto, chain: before }, cursor.position)
    if (after === cursor.chain) return true
  }
  return false
}

/**
 * Up to which key central surely has this hub's rows of a stream. It was put back if that is less than the hub remembers;
 * and another hub was the site's in between if it is less than central's own cursor as well.
 */
function surelyThere(own: StreamPosition, cursor: StreamPosition | undefined, facts: HubFacts): number {
  if (cursor === undefined) return own.first
  const common = commonUpto(own, cursor)
  if (common !== null) return common
  // Nobody can tell any more whose changes those were: they are taken for this hub's.
  if (own.table === 'sync_changes') return Math.min(own.position, cursor.position)
  if (cursor.position === own.position) return cursor.chain === own.chain ? own.position : own.first
  if (cursor.position > own.position) return own.position
  const purged = facts.oldest(own.table) > own.first + 1 || facts.erased(own.table, own.first, cursor.position)
  const rehashed = () => facts.rehash({ ...own, position: own.first, chain: CHAIN_START }, cursor.position)
  return purged || rehashed() === cursor.chain ? cursor.position : own.first
}

/** Whether everything that a put-back central has is this hub's own, from an earlier time. */
function isEarlier(hub: HubView, central: CentralView, facts: HubFacts): boolean {
  if (central.epoch > hub.identity.epoch) return false
  const cursors = new Map(central.cursors.map((cursor) => [streamName(cursor), cursor]))
  for (const own of hub.streams) {
    const cursor = cursors.get(streamName(own))
    cursors.delete(streamName(own))
    if (cursor === undefined) continue
    const least = hasEnded(own) ? Math.min(own.position, cursor.position) : cursor.position
    if (surelyThere(own, cursor, facts) < least) return false
  }
  return [...cursors.values()].every(({ first, position }) => position === first)
}

/** Where central's cursor stands, for a stream that goes on there. */
function at(cursor: StreamPosition | undefined, first: number): Pick<StreamPosition, 'position' | 'chain' | 'history'> {
  if (cursor === undefined) return { position: first, chain: CHAIN_START, history: '' }
  const { position, chain, history } = cursor
  return { position, chain, history }
}

/** Central was put back to an earlier time: its cursors lead, and what may have changed since is sent again. */
function rewound(hub: HubView, central: CentralView): Reconciliation {
  const cursors = new Map(central.cursors.map((cursor) => [streamName(cursor), cursor]))
  const streams = hub.streams.map((own) => {
    // What ended is looked at too: central may have lost some of it.
    const cursor = cursors.get(streamName(own))
    if (own.table === 'sync_changes') return hasEnded(own) || !cursor ? own : { ...own, ...at(cursor, own.first) }
    return (cursor?.position ?? own.first) < own.position ? { ...own, ...at(cursor, own.first) } : own
  })
  return {
    kind: 'go',
    found: 'central_restored',
    leases: nextLease(hub, central),
    epoch: hub.identity.epoch,
    streams,
    resend: true,
    changesSeen: changesSeen(hub, central),
  }
}

/** Highest number of the change log that either side knows, in any epoch. */
function changesSeen(hub: HubView, central: CentralView): number {
  const logs = [...hub.streams, ...central.cursors].filter(({ table }) => table === 'sync_changes')
  return Math.max(0, ...logs.map(({ position }) => position))
}

/** Keys of a table, first exclusive, last inclusive. */
interface Keys {
  table: string
  first: number
  last: number
}

/** A new epoch: what central surely has keeps its old one, everything else goes under the new one. */
function begin(
  { hub, facts }: { hub: HubView; facts: HubFacts },
  { epoch, found, central }: { epoch: number; found: Joining; central: CentralView },
): Reconciliation {
  const closed: StreamPosition[] = []
  const kept: Keys[] = []
  const moved: Keys[] = []
  const starts = new Map<string, number>()
  const cursors = new Map(central.cursors.map((cursor) => [streamName(cursor), cursor]))
  // A part lies inside the range of its table's own stream, which tells first whether another hub sent its keys.
  const parts = hub.streams.filter(isPart)
  for (const own of [...hub.streams.filter((stream) => !isPart(stream)), ...parts]) {
    const { table, position: last } = own
    const ended = hasEnded(own)
    if (table === 'sync_changes') {
      if (!ended) closed.push({ ...own, upto: last })
      continue
    }
    const cursor = cursors.get(streamName(own))
    const first = surelyThere(own, cursor, facts)
    if (first >= last) {
      if (!ended) closed.push({ ...own, upto: last })
    } else if (
      (cursor === undefined || cursor.position === first) &&
      !(isPart(own) && moved.some((range) => overlap(range, { table, first, last })))
    ) {
      // Central was put back as well. What it lost is sent under the old epoch once more.
      closed.push({ ...own, ...at(cursor, own.first), upto: last })
      kept.push({ table, first, last })
    } else {
      // And another hub went on from there: what it sent stands where this hub's rows would have to.
      closed.push({ ...own, position: first, upto: first })
      moved.push({ table, first, last })
    }
    if (own.upto === null) starts.set(table, last)
    else if (!ended) moved.push({ table, first: last, last: own.upto })
  }
  const seen = changesSeen(hub, central)
  const put = joined(moved.filter((keys) => !kept.some((range) => covers(range, keys)))).map(
    ({ table, first, last }): StreamPosition => ({
      ...{ stream: partName({ table, first, upto: last }), table, epoch, first, upto: last },
      ...at(undefined, first),
    }),
  )
  const open = fresh(hub.tables, epoch, (table) => (table === 'sync_changes' ? seen : (starts.get(table) ?? 0)))
  return {
    kind: 'go',
    found,
    leases: nextLease(hub, central),
    epoch,
    streams: [...closed, ...put, ...open],
    resend: true,
    changesSeen: seen,
  }
}

/** Whether it is what was split off of its table's own stream, or what a new epoch took over of that. */
function isPart({ stream, table }: StreamPosition): boolean {
  return stream !== table && table !== 'sync_changes'
}

function overlap(a: Keys, b: Keys): boolean {
  return a.table === b.table && a.first < b.last && b.first < a.last
}

function covers(range: Keys, { table, first, last }: Keys): boolean {
  return range.table === table && range.first <= first && last <= range.last
}

/** The same keys in ranges that do not overlap: a part that was split off lies inside the range of its live stream. */
function joined(ranges: Keys[]): Keys[] {
  const result: Keys[] = []
  for (const range of [...ranges].sort((a, b) => a.first - b.first)) {
    const before = result.find(({ table, last }) => table === range.table && last >= range.first)
    if (before) before.last = Math.max(before.last, range.last)
    else result.push({ ...range })
  }
  return result
}

function fresh(tables: readonly string[], epoch: number, start: (table: string) => number): StreamPosition[] {
  const open = (stream: string, table: string): StreamPosition => {
    const first = start(table)
    return { stream, table, epoch, first, upto: null, ...at(undefined, first) }
  }
  return [open(CHANGES, 'sync_changes'), ...tables.map((table) => open(table, table))]
}
