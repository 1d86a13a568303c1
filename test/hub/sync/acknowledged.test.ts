import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { acknowledgedUpto } from '../../../hub/engine/sync-memory.ts'
import { NO_IDENTITY, type StreamPosition } from '../../../hub/engine/sync-step.ts'
import { acknowledgedRanges } from '../../../hub/store/acknowledged-keys.ts'

const KEYS = 60

type Deed =
  | { does: 'send'; rows: number }
  | { does: 'split'; rows: number }
  | { does: 'send part'; which: number; rows: number }
  | { does: 'new epoch' }

const rows = fc.integer({ min: 1, max: 12 })
const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ does: fc.constant('send' as const), rows }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('split' as const), rows }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('send part' as const), which: fc.nat(5), rows }) },
  { weight: 1, arbitrary: fc.constant({ does: 'new epoch' as const }) },
)

/** The streams of one table after all this, and key by key under which epoch central has it. */
function live(deeds: Deed[]): { streams: StreamPosition[]; epochs: (number | null)[] } {
  const open = (stream: Partial<StreamPosition>): StreamPosition => ({
    stream: 'readings',
    table: 'readings',
    epoch: 1,
    first: 0,
    upto: null,
    position: 0,
    chain: '',
    history: '',
    ...stream,
  })
  let streams = [open({})]
  const epochs = Array<number | null>(KEYS + 1).fill(null)
  const send = (stream: StreamPosition, count: number) => {
    const end = Math.min(stream.position + count, stream.upto ?? KEYS)
    for (let key = stream.position + 1; key <= end; key++) epochs[key] = stream.epoch
    stream.position = end
  }
  for (const done of deeds) {
    const newest = streams.find(({ upto }) => upto === null) as StreamPosition
    const parts = streams.filter(({ upto, position }) => upto !== null && position < upto)
    if (done.does === 'send') send(newest, done.rows)
    else if (done.does === 'split') {
      const upto = Math.min(newest.position + done.rows, KEYS)
      if (upto === newest.position) continue
      streams.push(open({ ...newest, stream: `readings:${upto}`, first: newest.position, upto }))
      newest.position = upto
    } else if (done.does === 'send part') {
      const part = parts[done.which % Math.max(1, parts.length)]
      if (part) send(part, done.rows)
    } else {
      // What was sent keeps its epoch; everything else goes under the new one.
      const epoch = newest.epoch + 1
      const next = [newest, ...parts].map(({ stream, position, upto }) =>
        open({ stream, epoch, first: position, position, upto }),
      )
      streams = [...streams.map((stream) => ({ ...stream, upto: stream.position })), ...next]
    }
  }
  return { streams, epochs }
}

describe('what central has acknowledged of an append-only table', () => {
  it('is told key by key, whatever was split off and whatever epochs began', () => {
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 30 }), fc.nat(), (deeds, turn) => {
        const { streams, epochs } = live(deeds)
        const cut = turn % streams.length
        const ranges = acknowledgedRanges([...streams.slice(cut), ...streams.slice(0, cut)], 'readings')
        const found = Array<number | null>(KEYS + 1).fill(null)
        let end = 0
        for (const { epoch, first, last } of ranges) {
          expect(first).toBeGreaterThanOrEqual(end)
          expect(last).toBeGreaterThan(first)
          for (let key = first + 1; key <= last; key++) found[key] = epoch
          end = last
        }
        expect(found).toEqual(epochs)
      }),
      { numRuns: 1_000 },
    )
  })

  it('has an end up to which nothing is missing: what may be purged', () => {
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 30 }), (deeds) => {
        const { streams, epochs } = live(deeds)
        const upto = acknowledgedUpto({ identity: { ...NO_IDENTITY, site: 'home' }, streams }, 'readings') ?? -1
        expect(epochs.slice(1, upto + 1)).not.toContain(null)
        expect(epochs[upto + 1] ?? null).toBe(null)
      }),
    )
  })

  it('is of no concern to a hub without central, and nothing before the first handshake', () => {
    expect(acknowledgedUpto({ identity: NO_IDENTITY, streams: [] }, 'readings')).toBe(null)
    expect(acknowledgedUpto({ identity: { ...NO_IDENTITY, site: 'home' }, streams: [] }, 'readings')).toBe(0)
    expect(acknowledgedRanges([], 'readings')).toEqual([])
  })
})
