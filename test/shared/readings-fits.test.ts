import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readings } from '../../shared/messages/readings.ts'

/** Values near the edges of what a field may be, and far beyond them. */
const odd = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    '',
    'a',
    'live',
    'x'.repeat(65),
    '\u0000',
    '\ud800',
    '°C',
    [],
    {},
    -1,
    0,
    0.5,
    1,
    1.5,
    2 ** 53,
    1e300,
    -0,
  ),
  fc.constantFrom<unknown>(
    Number.NaN,
    Number.POSITIVE_INFINITY,
    253_402_300_799_999,
    253_402_300_800_000,
    'cpu_temperature',
    'A',
  ),
  fc.integer(),
  fc.double(),
  fc.string({ maxLength: 70 }),
)
const item = fc.record(
  {
    sensor: fc.oneof(fc.constant<unknown>('cpu'), odd),
    value: odd,
    at: odd,
    mono: odd,
    quality: odd,
    kind: odd,
    unit: odd,
  },
  { requiredKeys: [] },
)
const sent = fc.oneof(odd, fc.record({ at: odd, mono: odd }, { requiredKeys: [] }))
const items = fc.oneof(odd, fc.array(fc.oneof(odd, item), { maxLength: 3 }))
const message = fc.oneof(
  odd,
  fc.record({ epoch: odd, lane: odd, seq: odd, boot: odd, sent, items }, { requiredKeys: [] }),
)

describe('the quick check of readings', () => {
  it('lets nothing pass that the schema refuses, and changes nothing', () => {
    fc.assert(
      fc.property(message, (json) => {
        if (!readings.fits?.(json)) return
        const parsed = readings.schema.safeParse(json)
        expect(parsed.error).toBeUndefined()
        expect(parsed.data).toEqual(json)
      }),
      { numRuns: 20_000 },
    )
  })

  it('lets pass what agents send', () => {
    const { items: _, ...identity } = readings.sample
    const sent = {
      ...identity,
      items: [{ sensor: 'cpu_temperature', value: 51.2, at: 1_794_999_999_000, mono: 122_456.5 }],
    }
    expect(readings.fits?.(sent)).toBe(true)
  })

  it.each(['epoch', 'lane', 'seq', 'boot', 'sent', 'items'])('looks at %s', (field) => {
    expect(readings.fits?.({ ...readings.sample, items: [{ sensor: 'a', value: 1 }], [field]: { wrong: true } })).toBe(
      false,
    )
  })

  it.each(['sensor', 'value', 'at', 'mono', 'quality', 'kind', 'unit'])('looks at %s of each item', (field) => {
    const wrong = { sensor: 'a', value: 1, [field]: { wrong: true } }
    expect(readings.fits?.({ items: [{ sensor: 'a', value: 1 }, wrong] })).toBe(false)
  })
})
