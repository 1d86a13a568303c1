import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Verdict } from '../../../hub/engine/input.ts'
import type { LedgerTotals } from '../../../hub/engine/ledger.ts'
import { LOCAL } from '../engine/ask.ts'
import { openTestHouse, type TestHouse } from '../engine/engine-in-memory.ts'

/** One thing that happens to the hub. */
type Step =
  | { kind: 'reading' | 'event' | 'result'; device: number; epoch: number; lane: number; ahead: number; bad: boolean }
  | { kind: 'plain'; device: number }
  | { kind: 'rubbish'; device: number }
  | { kind: 'poison'; device: number; ahead: number }
  | { kind: 'unknown' }
  | { kind: 'rename'; device: number }
  | { kind: 'commit' }
  | { kind: 'restart' }

const DEVICES = ['attic-pi', 'cellar-pi', 'kitchen-pi']
const LANES = ['urgent', 'live', 'backlog'] as const

const device = fc.nat(DEVICES.length - 1)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constantFrom('reading', 'event', 'result'),
      device,
      epoch: fc.nat(1),
      lane: fc.nat(2),
      // 1: the next one; more: a hole; 0 and less: sent again.
      ahead: fc.integer({ min: -3, max: 3 }),
      bad: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('plain'), device }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rubbish'), device }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('poison'), device, ahead: fc.integer({ min: 1, max: 2 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('unknown') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rename'), device }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('commit') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart') }) },
)

/** What should have happened, in the plainest words. */
class Model {
  readonly stored: string[] = []
  readonly ledger: LedgerTotals = { received: 0, applied: 0, duplicate: 0, rejected: 0 }
  #last = new Map<string, number>()

  seq(lane: string, ahead: number): number {
    return Math.max(1, (this.#last.get(lane) ?? 0) + ahead)
  }

  sequenced(lane: string, seq: number, outcome: { tag: string; bad: boolean }): Verdict {
    if (seq <= (this.#last.get(lane) ?? 0)) return this.count('duplicate')
    this.#last.set(lane, seq)
    if (outcome.bad) return this.count('rejected')
    this.stored.push(outcome.tag)
    return this.count('applied')
  }

  count(what: 'applied' | 'duplicate' | 'rejected'): Verdict {
    this.ledger.received += 1
    this.ledger[what] += 1
    return what === 'applied' ? 'stored' : what
  }

  last(lane: string): number | undefined {
    return this.#last.get(lane)
  }
}

type Sent = Parameters<TestHouse['send']>[number]

function body(kind: string, tag: number, bad: boolean): Record<string, unknown> {
  if (kind === 'reading') return { items: [{ sensor: 's', value: bad ? 'warm' : tag }] }
  if (kind === 'event') return { type: bad ? 'NOT A TYPE' : 'button_pressed', data: { tag } }
  return { id: bad ? '../..' : `c${tag}`, ok: true, value: tag }
}

/** What the database holds of it: the readings of each device in order, then the events, then the results. */
function storedTags(house: TestHouse): string[] {
  const readings = house
    .all<{ d: string; t: number }>('SELECT device_id AS d, value AS t FROM sensor_readings ORDER BY device_id, id')
    .map(({ d, t }) => `reading ${t} of ${d}`)
  const events = house
    .all<{ t: number }>(
      "SELECT json_extract(event_data, '$.tag') AS t FROM events WHERE event_type = 'button_pressed' ORDER BY id",
    )
    .map(({ t }) => `event ${t}`)
  const results = house
    .all<{ t: number }>(
      "SELECT json_extract(event_data, '$.value') AS t FROM events WHERE event_type = 'command_result' ORDER BY id",
    )
    .map(({ t }) => `result ${t}`)
  return [...readings, ...events, ...results]
}

/** Readings of different devices have no order between them; those of one device have. */
function rank(tag: string): number {
  const [kind = '', , , of = ''] = tag.split(' ')
  return ['reading', 'event', 'result'].indexOf(kind) * DEVICES.length + Math.max(0, DEVICES.indexOf(of))
}

/** The tag under which the model and the database know a message. */
const tagOf = (kind: string, tag: number, of: string | undefined) =>
  kind === 'reading' ? `reading ${tag} of ${of}` : `${kind} ${tag}`

describe('the books', () => {
  it('balance, and everything has its effect once and in order, whatever devices send and whenever the hub restarts', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const house = openTestHouse()
        for (const id of DEVICES) house.device(id)
        house.db.exec(
          "CREATE TRIGGER poison BEFORE INSERT ON events WHEN NEW.event_type = 'poison' BEGIN SELECT RAISE(ABORT, 'poisoned'); END",
        )
        const model = new Model()
        let batch: Sent[] = []
        let expected: Verdict[] = []
        let owed = new Set<string>()
        let tag = 0
        const commit = () => {
          if (batch.length > 0) expect(house.send(...batch)).toEqual(expected)
          for (const effect of house.effects) {
            if (effect.kind !== 'publish' || !effect.topic.endsWith('/ack') || batch.length === 0) continue
            const ack = JSON.parse(effect.payload) as { epoch: string; upto: Record<string, number> }
            for (const [lane, upto] of Object.entries(ack.upto)) {
              const key = `${effect.topic.split('/')[1]} ${ack.epoch} ${lane}`
              expect(upto).toBe(model.last(key))
              owed.delete(key)
            }
          }
          expect([...owed]).toEqual([])
          batch = []
          expected = []
          owed = new Set()
        }
        for (const one of steps) {
          tag += 1
          switch (one.kind) {
            case 'commit':
              commit()
              break
            case 'restart':
              commit()
              house.restart()
              break
            case 'unknown':
              batch.push(['lares/nobody-pi/readings', { items: [{ sensor: 's', value: tag }] }])
              expected.push('refused')
              break
            case 'rename': {
              const request = { id: `r${tag}`, params: { device: DEVICES[one.device], name: `n${tag}` } }
              batch.push({ kind: 'command', area: 'devices', verb: 'rename', request, caller: LOCAL, retained: false })
              expected.push('stored')
              break
            }
            case 'rubbish':
              batch.push([`lares/${DEVICES[one.device]}/readings`, Buffer.from([0xff, 0xfe, tag & 0xff])])
              expected.push(model.count('rejected'))
              break
            case 'plain':
              batch.push([`lares/${DEVICES[one.device]}/readings`, { items: [{ sensor: 's', value: tag }] }])
              model.stored.push(tagOf('reading', tag, DEVICES[one.device]))
              expected.push(model.count('applied'))
              break
            case 'poison': {
              const key = `${DEVICES[one.device]} e0 urgent`
              const seq = model.seq(key, one.ahead)
              batch.push([`lares/${DEVICES[one.device]}/event`, { epoch: 'e0', lane: 'urgent', seq, type: 'poison' }])
              expected.push(model.sequenced(key, seq, { tag: '', bad: true }))
              owed.add(key)
              break
            }
            default: {
              const lane = LANES[one.lane] ?? 'live'
              const key = `${DEVICES[one.device]} e${one.epoch} ${lane}`
              const seq = model.seq(key, one.ahead)
              const topic = one.kind === 'reading' ? 'readings' : one.kind
              const identity = { epoch: `e${one.epoch}`, lane, seq }
              batch.push([`lares/${DEVICES[one.device]}/${topic}`, { ...identity, ...body(one.kind, tag, one.bad) }])
              expected.push(model.sequenced(key, seq, { tag: tagOf(one.kind, tag, DEVICES[one.device]), bad: one.bad }))
              owed.add(key)
            }
          }
        }
        commit()
        const { ledger } = house.engine
        expect(ledger).toEqual(model.ledger)
        expect(ledger.received).toBe(ledger.applied + ledger.duplicate + ledger.rejected)
        expect(storedTags(house)).toEqual([...model.stored].sort((a, b) => rank(a) - rank(b)))
        expect(house.all('SELECT count(*) AS n FROM rejected_messages')).toEqual([{ n: model.ledger.rejected }])
        house.restart()
        expect(house.engine.ledger).toEqual(model.ledger)
        house.db.close()
      }),
      { numRuns: 40 },
    )
  }, 120_000)

  it('balance when the disk takes a batch back', () => {
    const house = openTestHouse()
    house.device('attic-pi')
    const pages = Number(house.db.pragma('page_count', { simple: true }))
    house.db.pragma(`max_page_count = ${pages}`)
    const before = house.engine.ledger
    const many = Array.from({ length: 400 }, (_, index) => ({ sensor: `s${index % 200}`, value: index }))
    const batch = Array.from(
      { length: 10 },
      (_, seq) => ['lares/attic-pi/readings', { epoch: 'e', lane: 'live', seq: seq + 1, items: many }] as const,
    )
    expect(() => house.send(...batch)).toThrow(/full/)
    expect(() => house.engine.probe({ now: house.now, clockSynced: true })).not.toThrow()
    expect(house.engine.ledger).toEqual(before)
    house.db.pragma('max_page_count = 1000000')
    expect(new Set(house.send(...batch))).toEqual(new Set(['stored']))
    expect(house.all('SELECT count(*) AS n FROM readings')).toEqual([{ n: 4_000 }])
  })

  it('keep what a device sends without end only up to its share, and count the rest', () => {
    const house = openTestHouse()
    house.device('attic-pi')
    for (let round = 0; round < 11; round++)
      house.send(...Array.from({ length: 100 }, () => ['lares/attic-pi/readings', '{'] as const))
    expect(house.all('SELECT count(*) AS n FROM rejected_messages')).toEqual([{ n: 1_000 }])
    expect(house.engine.ledger).toMatchObject({ received: 1_100, rejected: 1_100 })
    house.device('cellar-pi')
    expect(house.send(['lares/cellar-pi/readings', '{'])).toEqual(['rejected'])
    expect(house.all('SELECT count(*) AS n FROM rejected_messages')).toEqual([{ n: 1_001 }])
  })

  it('know a message of a topic the device may not use, with its bytes', () => {
    const house = openTestHouse()
    house.device('attic-pi')
    expect(
      house.send({
        kind: 'reject',
        device: 'attic-pi',
        topic: 'lares/cellar-pi/readings',
        payload: Buffer.from('x'.repeat(10_000)),
        code: 'not_allowed',
      }),
    ).toEqual(['rejected'])
    expect(house.all('SELECT device_id, topic, code, length(raw) AS kept, raw_bytes FROM rejected_messages')).toEqual([
      { device_id: 'attic-pi', topic: 'lares/cellar-pi/readings', code: 'not_allowed', kept: 4_096, raw_bytes: 10_000 },
    ])
  })
})
