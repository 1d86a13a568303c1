import type { StreamPosition } from '../engine/sync-step.ts'
import { CHAIN_START } from './chain.ts'

/** A stream's name among those of all epochs. */
export function streamName({ stream, epoch }: { stream: string; epoch: number }): string {
  return `${epoch}/${stream}`
}

/** The name of keys that were split off, or that go under another epoch: no other ones of the table and epoch have it. */
export function partName({ table, first, upto }: { table: string; first: number; upto: number }): string {
  return `${table}:${first}-${upto}`
}

/** A stream that jumps to `upto`, and what it leaves behind as a stream of its own. */
export function splitStream(stream: StreamPosition, upto: number): { live: StreamPosition; part: StreamPosition } {
  const range = { table: stream.table, first: stream.position, upto }
  const part = { ...stream, ...range, stream: partName(range), chain: CHAIN_START, history: '' }
  return { live: { ...stream, position: upto }, part }
}

/** Nothing of it is left to send. */
export function hasEnded({ upto, position }: StreamPosition): boolean {
  return upto !== null && position >= upto
}

/**
 * The first stream whose cursor at central is not where this hub left it, while nothing is under way. A pooler keeps its
 * clients' connections over a database that is put back, and a stream with nothing to send would not notice.
 */
export function findDiverged(
  streams: readonly StreamPosition[],
  cursors: readonly StreamPosition[],
): StreamPosition | null {
  const there = new Map(cursors.map((cursor) => [streamName(cursor), cursor]))
  const stands = (own: StreamPosition) => {
    // The change log of an epoch that ended is not sent again: everything went under the next one.
    if (own.position === own.first || (own.table === 'sync_changes' && hasEnded(own))) return true
    const cursor = there.get(streamName(own))
    if (!cursor) return false
    // Of a stream that ended with its epoch central may well have more, from another hub.
    if (hasEnded(own)) return cursor.position >= own.position
    return cursor.position === own.position && cursor.chain === own.chain
  }
  return streams.find((own) => !stands(own)) ?? null
}
