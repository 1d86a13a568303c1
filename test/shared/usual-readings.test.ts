import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ITEMS_PER_MESSAGE } from '../../shared/limits.ts'
import { readings } from '../../shared/messages/readings.ts'
import { usualReadings } from '../../shared/usual-readings.ts'

const word = fc.oneof(
  fc.constantFrom('', 'a', 'live', 'cpu_temperature', '°C', '"', '\\', '\u0000', '\u007f', '\ud800', 'x'.repeat(65)),
  fc.string({ maxLength: 70 }),
)
const number = fc.oneof(
  fc.constantFrom(-0, 0, 1, 1.5, 21.05, 1e-7, 1e15, 1e21, 2 ** 53, 0.1 + 0.2, 999_999_999_999_999, 253_402_300_800_000),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.nat(),
)
const name = fc.oneof(fc.constant('cpu'), fc.stringMatching(/^[a-z0-9_]{1,41}$/), word)
const item = fc.record(
  { sensor: name, value: number, at: number, mono: number, quality: number, kind: word, unit: word },
  { requiredKeys: ['sensor', 'value'], noNullPrototype: true },
)
/** The fields in the order in which they are written here. */
const message = fc.record(
  {
    epoch: word,
    lane: fc.oneof(fc.constantFrom('live', 'urgent', 'backlog'), word),
    seq: number,
    boot: word,
    sent: fc.record({ at: number, mono: number }, { noNullPrototype: true }),
    items: fc.array(item, { maxLength: 3 }),
  },
  { requiredKeys: ['epoch', 'lane', 'seq', 'items'], noNullPrototype: true },
)
/** What agents send: nearly all of it is read. */
const usual = fc.record(
  {
    epoch: fc.constant('01jd0c5v8y4k2m9t'),
    lane: fc.constantFrom('live', 'urgent', 'backlog'),
    seq: fc.integer({ min: 1 }),
    boot: fc.uuid(),
    sent: fc.record({ at: fc.nat(), mono: fc.nat() }, { noNullPrototype: true }),
    items: fc.array(
      fc.record(
        { sensor: fc.stringMatching(/^[a-z0-9_]{1,40}$/), value: number, at: fc.nat(), mono: fc.nat() },
        { requiredKeys: ['sensor', 'value'], noNullPrototype: true },
      ),
      { minLength: 1, maxLength: 4 },
    ),
  },
  { requiredKeys: ['epoch', 'lane', 'seq', 'items'], noNullPrototype: true },
)
/** A text with one character put in, taken out or replaced. */
const broken = fc
  .tuple(
    usual,
    fc.nat(),
    fc.nat(1),
    fc.oneof(fc.constantFrom('', '"', '\\', ',', '}', ' ', '0', '-', 'é'), fc.string()),
  )
  .map(([json, position, taken, put]) => {
    const text = JSON.stringify(json)
    const at = position % (text.length + 1)
    return text.slice(0, at) + put + text.slice(at + taken)
  })

/** Says whether it was read; what was read must be what JSON and the schema make of the same bytes. */
function holds(text: string): boolean {
  const bytes = Buffer.from(text)
  const read = usualReadings(bytes)
  if (read === null) return false
  const parsed = readings.schema.safeParse(JSON.parse(bytes.toString()))
  expect(parsed.error).toBeUndefined()
  expect(read).toStrictEqual(parsed.data)
  return true
}

const runs = { numRuns: 20_000 }

describe('usual readings', () => {
  it('are read as JSON and the schema would read them', () => {
    fc.assert(
      fc.property(fc.oneof(message, usual), (json) => void holds(JSON.stringify(json))),
      runs,
    )
  })

  it('are left to JSON when a character is wrong', () => {
    fc.assert(
      fc.property(broken, (text) => void holds(text)),
      runs,
    )
  })

  it('are those that agents send', () => {
    expect(holds(JSON.stringify(readings.sample))).toBe(true)
    let read = 0
    const seen = fc.sample(usual, 500)
    for (const json of seen) read += holds(JSON.stringify(json)) ? 1 : 0
    // The others have a number with an exponent.
    expect(read).toBeGreaterThan(seen.length / 4)
  })

  it.each([
    ['nothing', ''],
    ['no items', '{"epoch":"a","lane":"live","seq":1,"items":[]}'],
    ['a comma behind the last item', '{"epoch":"a","lane":"live","seq":1,"items":[{"sensor":"a","value":1},]}'],
    ['an end that is missing', '{"epoch":"a","lane":"live","seq":1,"items":[{"sensor":"a","value":1}]'],
    ['something behind the end', '{"epoch":"a","lane":"live","seq":1,"items":[{"sensor":"a","value":1}]}\n'],
    ['a quality above 1', '{"epoch":"a","lane":"live","seq":1,"items":[{"sensor":"a","value":1,"quality":1.5}]}'],
    ['a number with a leading zero', '{"epoch":"a","lane":"live","seq":1,"items":[{"sensor":"a","value":01}]}'],
    ['a sequence number of 0', '{"epoch":"a","lane":"live","seq":0,"items":[{"sensor":"a","value":1}]}'],
  ])('leave %s to JSON', (_, text) => expect(usualReadings(Buffer.from(text))).toBeNull())

  it('are as many as the schema allows', () => {
    const of = (count: number) =>
      JSON.stringify({
        epoch: 'a',
        lane: 'live',
        seq: 1,
        items: Array.from({ length: count }, () => ({ sensor: 'a', value: 1 })),
      })
    expect(usualReadings(Buffer.from(of(ITEMS_PER_MESSAGE + 1)))).toBeNull()
    expect(holds(of(100))).toBe(true)
  })
})
