import type { Joining, StreamPosition, SyncIdentity } from '../engine/sync-step.ts'
import { CHAIN_START } from './chain.ts'

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
  held: boolean
  /** Append-only tables, by name. */
  tables: readonly string[]
}

export interface HubFacts {
  /**
   * The chain over the rows of a table in (from, upto], starting with `chain`; `null` when the hub does not have a row
   * at `upto` or one it would have to know is missing.
   */
  rehash(stream: StreamPosition, upto: number): string | null
  /** Lowest key that the hub still has of a table; 0 when it has none. */
  oldest(table: string): number
}

/** What follows from the two views. `streams` are all that are open from now on, and closed ones that changed. */
export type Verdict =
  | { kind: 'fenced'; reason: string }
  | { kind: 'wrong_site'; reason: string }
  | {
      kind: 'go'
      found: Joining
      /** Number of the lease that this greeting takes. */
      leases: number
      epoch: number
      streams: StreamPosition[]
      resend: boolean
      changesSeen: number
    }

/** The change log's stream. It is never put off in part: its entries are keys, and the newest state goes. */
export const CHANGES = 'changes'

/**
 * Compares what both sides remember, and decides where each stream goes on.
 *
 * The hub's memory is a cache of central's. Central ahead, over the same rows: a reply was lost. Central ahead, over other
 * rows or rows this hub does not have: this hub is a restored backup or a clone and gets a new epoch. Central behind:
 * central was restored, and what it lost is sent again.
 */
export function judge(hub: HubView, central: CentralView, facts: HubFacts): Verdict {
  const { identity } = hub
  if (identity.site !== null && identity.site !== central.site) {
    return {
      kind: 'wrong_site',
      reason: `this hub is the site ${identity.name ?? identity.site}, and the connection is for ${central.name}`,
    }
  }
  // The number tells apart what a copied card offers from what this hub was given.
  const given = central.lease === identity.token && central.leases === identity.leases
  const unanswered = identity.proposed.includes(central.lease ?? '') && central.leases > identity.leases
  const mine = central.lease !== null && (given || unanswered)
  // Nobody takes a lease away from central but a restore.
  const putBack = central.leases < identity.leases || central.epoch < identity.epoch
  if (hub.held && !mine && !putBack) return { kind: 'fenced', reason: `another hub took over the site ${central.name}` }
  if (identity.epoch === 0 && central.leases === 0) return begin({ hub, facts }, { epoch: 1, found: 'first', central })
  if (identity.restored || (!putBack && (!mine || central.epoch !== identity.epoch))) {
    // A first handshake whose answer was lost is still the first, and what it gave was not used yet.
    if (mine && identity.epoch === 0 && !identity.restored && isUnused(central)) {
      const found = central.epoch === 1 ? 'first' : 'hub_restored'
      return begin({ hub, facts }, { epoch: central.epoch, found, central })
    }
    return begin({ hub, facts }, { epoch: Math.max(central.epoch, identity.epoch) + 1, found: 'hub_restored', central })
  }
  if (putBack) {
    const cursors = new Map(central.cursors.map((cursor) => [keyOf(cursor), cursor]))
    if (hub.streams.every((own) => isOurs(own, cursors.get(keyOf(own)), facts))) return rewound(hub, central)
    return begin({ hub, facts }, { epoch: Math.max(central.epoch, identity.epoch) + 1, found: 'hub_restored', central })
  }
  return compare(hub, central, facts)
}

/** Nothing of it is left to send. */
export function hasEnded({ upto, position }: StreamPosition): boolean {
  return upto !== null && position >= upto
}

/** Whether nothing was sent under the epoch that central gave last. */
function isUnused({ epoch, cursors }: CentralView): boolean {
  return cursors.every((cursor) => cursor.epoch !== epoch || cursor.position === cursor.first)
}

function nextLease({ identity }: HubView, central: CentralView): number {
  return Math.max(identity.leases, central.leases) + 1
}

function keyOf({ epoch, stream }: StreamPosition): string {
  return `${epoch}/${stream}`
}

/** Same lease, same epoch: stream by stream. */
function compare(hub: HubView, central: CentralView, facts: HubFacts): Verdict {
  const cursors = new Map(central.cursors.map((cursor) => [keyOf(cursor), cursor]))
  const streams: StreamPosition[] = []
  let behind = false
  let foreign = false
  let changesSeen = 0
  for (const own of hub.streams) {
    const cursor = cursors.get(keyOf(own))
    cursors.delete(keyOf(own))
    const there = cursor?.position ?? own.first
    if (hasEnded(own) && there >= own.position) continue
    if (own.table === 'sync_changes') {
      // What waits in the log is numbered above everything either side has seen; the cursor stays central's.
      const seen = cursor?.position ?? own.position
      if (seen < own.position) behind = true
      // Entries that this hub never had are another one's: its rows are not what central has.
      else if (cursor && facts.rehash(own, seen) !== cursor.chain) foreign = true
      changesSeen = Math.max(changesSeen, seen, own.position)
      if (!hasEnded(own)) streams.push({ ...own, position: seen, chain: cursor?.chain ?? own.chain })
      continue
    }
    if (there < own.position) {
      behind = true
      streams.push({ ...own, position: there, chain: cursor?.chain ?? CHAIN_START, upto: own.upto })
      continue
    }
    const fits =
      there === own.position
        ? cursor === undefined || cursor.chain === own.chain
        : follows(own, cursor as StreamPosition, { cursors, facts })
    if (!fits) {
      return begin({ hub, facts }, { epoch: central.epoch + 1, found: 'hub_restored', central })
    }
    streams.push({ ...own, position: there, chain: cursor?.chain ?? own.chain })
  }
  // Parts that were put off in a transaction whose reply was lost; the jump of their table was checked above.
  for (const cursor of cursors.values()) {
    if (cursor.epoch === central.epoch && cursor.upto !== null && cursor.position < cursor.upto) streams.push(cursor)
  }
  const known = new Set(streams.map(({ stream, epoch }) => `${epoch}/${stream}`))
  for (const stream of fresh(hub.tables, central.epoch, () => 0)) if (!known.has(keyOf(stream))) streams.push(stream)
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

/** Whether central's cursor is where this hub's own rows lead: by walking over them, or by putting a part off. */
function follows(
  own: StreamPosition,
  cursor: StreamPosition,
  { cursors, facts }: { cursors: ReadonlyMap<string, StreamPosition>; facts: HubFacts },
): boolean {
  if (facts.rehash(own, cursor.position) === cursor.chain) return true
  for (const part of cursors.values()) {
    if (part.table !== own.table || part.epoch !== own.epoch || part.upto === null) continue
    // Walked up to where the part begins, jumped to its end, walked on.
    if (part.first < own.position || part.upto > cursor.position) continue
    const before = facts.rehash(own, part.first)
    if (before === null) continue
    const after = facts.rehash({ ...own, position: part.upto, chain: before }, cursor.position)
    if (after === cursor.chain) return true
  }
  return false
}

/**
 * Whether the rows that a put-back central has under a cursor are this hub's own, and not those of another hub that was the
 * site's in between. Where the hub has purged the first of them nobody can tell, and it is taken for granted.
 */
function isOurs(own: StreamPosition, cursor: StreamPosition | undefined, facts: HubFacts): boolean {
  if (cursor === undefined || own.table === 'sync_changes' || cursor.position === own.first || hasEnded(own))
    return true
  if (cursor.position === own.position) return cursor.chain === own.chain
  if (cursor.position > own.position) return false
  if (facts.oldest(own.table) > own.first + 1) return true
  return facts.rehash({ ...own, position: own.first, chain: CHAIN_START }, cursor.position) === cursor.chain
}

/** Central was put back to an earlier time: its cursors lead, and what may have changed since is sent again. */
function rewound(hub: HubView, central: CentralView): Verdict {
  const cursors = new Map(central.cursors.map((cursor) => [keyOf(cursor), cursor]))
  const streams = hub.streams.map((own) => {
    // What ended is looked at too: central may have lost some of it.
    const cursor = cursors.get(keyOf(own))
    if (own.table === 'sync_changes')
      return hasEnded(own)
        ? own
        : { ...own, position: cursor?.position ?? own.position, chain: cursor?.chain ?? own.chain }
    const position = cursor?.position ?? own.first
    return position < own.position ? { ...own, position, chain: cursor?.chain ?? CHAIN_START } : own
  })
  const seen = hub.streams.find(({ table }) => table === 'sync_changes')?.position ?? 0
  return {
    kind: 'go',
    found: 'central_restored',
    leases: nextLease(hub, central),
    epoch: hub.identity.epoch,
    streams,
    resend: true,
    changesSeen: Math.max(
      seen,
      ...central.cursors.filter(({ table }) => table === 'sync_changes').map((c) => c.position),
    ),
  }
}

/** A new epoch: what central surely has keeps its old one, everything else goes under the new one. */
function begin(
  { hub, facts }: { hub: HubView; facts: HubFacts },
  { epoch, found, central }: { epoch: number; found: Joining; central: CentralView },
): Verdict {
  const closed: StreamPosition[] = []
  const parts: StreamPosition[] = []
  const starts = new Map<string, number>()
  const cursors = new Map(central.cursors.map((cursor) => [keyOf(cursor), cursor]))
  for (const own of hub.streams) {
    const cursor = cursors.get(keyOf(own))
    const there = cursor?.position ?? own.first
    const known = { ...own, upto: own.upto !== null && hasEnded(own) ? own.upto : own.position }
    if (own.table !== 'sync_changes' && there < own.position) {
      // Central was put back as well. What it had under the old epoch is sent under it once more, if what it has left is ours.
      const start = { ...own, position: own.first, chain: CHAIN_START }
      if (isOurs(own, cursor, facts)) closed.push({ ...known, position: there, chain: cursor?.chain ?? CHAIN_START })
      else {
        closed.push({ ...own, upto: own.first, position: own.first })
        parts.push({ ...start, stream: `${own.table}:${own.position}`, epoch, upto: own.position })
      }
    } else if (!hasEnded(own)) closed.push(known)
    if (own.table === 'sync_changes' || hasEnded(own)) continue
    if (own.upto === null) starts.set(own.table, own.position)
    else parts.push({ ...own, epoch, first: own.position, chain: CHAIN_START })
  }
  const seen = Math.max(
    0,
    ...[...hub.streams, ...central.cursors].filter(({ table }) => table === 'sync_changes').map((c) => c.position),
  )
  const open = fresh(hub.tables, epoch, (table) => (table === 'sync_changes' ? seen : (starts.get(table) ?? 0)))
  return {
    kind: 'go',
    found,
    leases: nextLease(hub, central),
    epoch,
    streams: [...closed, ...parts, ...open],
    resend: true,
    changesSeen: seen,
  }
}

function fresh(tables: readonly string[], epoch: number, start: (table: string) => number): StreamPosition[] {
  const open = (stream: string, table: string): StreamPosition => {
    const first = start(table)
    return { stream, table, epoch, first, upto: null, position: first, chain: CHAIN_START }
  }
  return [open(CHANGES, 'sync_changes'), ...tables.map((table) => open(table, table))]
}
