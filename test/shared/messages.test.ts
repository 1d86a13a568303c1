import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decode, encode, type Wire } from '../../shared/codec.ts'
import { MESSAGES, type MessageName } from '../../shared/messages/index.ts'
import { TOPIC_NAMES, topicRow } from '../../shared/topics.ts'

const NAMES = Object.keys(MESSAGES) as MessageName[]
const FOLDER = join(import.meta.dirname, '../../shared/messages')
/** Files that define no message: the shape of one, words they share, the list. */
const GROUND = new Set(['registry.ts', 'index.ts', 'message.ts', 'fields.ts'])

const sampleOf = (name: MessageName) => MESSAGES[name].sample as Wire<MessageName>

describe('every wire message', () => {
  it('has a file, a line in the registry and a topic, under one name', () => {
    const files = readdirSync(FOLDER)
      .filter((file) => !GROUND.has(file))
      .map((file) => file.replace(/\.ts$/, ''))
    expect([...NAMES].sort()).toEqual(files.sort())
    for (const name of NAMES) expect(MESSAGES[name].name).toBe(name)
    const sent = new Set<string>(TOPIC_NAMES.map((topic) => topicRow(topic).message))
    expect(NAMES.filter((name) => !sent.has(name))).toEqual([])
  })

  it.each(NAMES)('%s: its sample is encoded, decoded, and the same again', (name) => {
    const bytes = encode(name, sampleOf(name))
    const decoded = decode(name, bytes)
    if (!decoded.ok) throw new Error(decoded.reason)
    expect({ ...decoded.value }).toEqual(
      name === 'audio-frame'
        ? { ...(sampleOf(name) as Wire<'audio-frame'>), pcm: Buffer.from((sampleOf(name) as Wire<'audio-frame'>).pcm) }
        : sampleOf(name),
    )
    expect(encode(name, decoded.value)).toEqual(bytes)
    expect(bytes.length).toBeLessThanOrEqual(MESSAGES[name].maxBytes)
    expect(MESSAGES[name].summary).not.toBe('')
  })

  it.each(NAMES.filter((name) => name !== 'audio-frame'))(
    '%s: what it does not know is left out, not refused',
    (name) => {
      const bytes = Buffer.from(JSON.stringify({ ...sampleOf(name), from_a_newer_version: { x: [1] } }))
      const decoded = decode(name, bytes)
      expect(decoded).toMatchObject({ ok: true })
      expect(decoded.ok && 'from_a_newer_version' in decoded.value).toBe(false)
    },
  )

  it.each(NAMES)('%s: half of it is refused with a sentence, never with a throw', (name) => {
    const bytes = encode(name, sampleOf(name))
    for (const length of [0, 1, Math.floor(bytes.length / 2), bytes.length - 1]) {
      const decoded = decode(name, bytes.subarray(0, length))
      expect(decoded).toMatchObject({ ok: false, reason: expect.stringMatching(/./) })
    }
  })

  it.each(NAMES.filter((name) => name !== 'audio-frame'))('%s: each field refuses what is not its type', (name) => {
    const sample = sampleOf(name) as Record<string, unknown>
    for (const field of Object.keys(sample)) {
      const other = sample[field] !== null && typeof sample[field] === 'object' ? 1 : { no: ['object', 'fits'] }
      // These carry any JSON on purpose.
      if ((name === 'result' && field === 'value') || (name === 'admin-response' && field === 'data')) continue
      const decoded = decode(name, Buffer.from(JSON.stringify({ ...sample, [field]: other })))
      expect([field, decoded.ok]).toEqual([field, false])
      expect(decoded.ok ? '' : decoded.reason).toContain(field)
    }
  })

  it.each(NAMES)('%s: bytes of any kind never throw', (name) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const decoded = decode(name, Buffer.from(bytes))
        if (!decoded.ok) expect(decoded.reason).not.toBe('')
      }),
      { numRuns: 100 },
    )
  })

  it.each(NAMES.filter((name) => name !== 'audio-frame'))('%s: JSON of any kind never throws', (name) => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), (json) => void decode(name, Buffer.from(json))),
      { numRuns: 100 },
    )
  })
})

describe('a readings message', () => {
  const item = fc.record(
    {
      sensor: fc.stringMatching(/^[a-z0-9_]{1,40}$/),
      value: fc.double({ noNaN: true, noDefaultInfinity: true }),
      at: fc.integer({ min: 0, max: 253_402_300_799_999 }),
      mono: fc.double({ min: 0, max: 1e15, noNaN: true }),
      quality: fc.double({ min: 0, max: 1, noNaN: true }),
    },
    { requiredKeys: ['sensor', 'value'] },
  )

  it('of any values comes through as it was', () => {
    fc.assert(
      fc.property(fc.array(item, { minLength: 1, maxLength: 20 }), (items) => {
        const message = { items: JSON.parse(JSON.stringify(items)) as Wire<'readings'>['items'] }
        expect(decode('readings', encode('readings', message))).toEqual({ ok: true, value: message })
      }),
    )
  })
})

describe('an audio frame', () => {
  const frame = fc.record({
    stream: fc.nat(65_535),
    seq: fc.nat(0xffff_ffff),
    flags: fc.nat(65_535),
    captureUs: fc.maxSafeNat(),
    pcm: fc.uint8Array({ maxLength: 200 }).map((bytes) => bytes.subarray(0, bytes.length & ~1)),
  })

  it('of any content comes through as it was', () => {
    fc.assert(
      fc.property(frame, (value) => {
        const decoded = decode('audio-frame', encode('audio-frame', value))
        expect(decoded).toEqual({ ok: true, value: { ...value, pcm: Buffer.from(value.pcm) } })
      }),
    )
  })

  it('with another magic, version or codec, or with more or less sound than it says, is refused', () => {
    const good = encode('audio-frame', sampleOf('audio-frame') as Wire<'audio-frame'>)
    for (const position of [0, 1, 2, 3, 20, 21]) {
      const bad = Buffer.from(good)
      bad[position] = (bad[position] ?? 0) ^ 0x40
      expect([position, decode('audio-frame', bad).ok]).toEqual([position, false])
    }
    expect(decode('audio-frame', Buffer.concat([good, Buffer.of(0)])).ok).toBe(false)
    const future = Buffer.from(good)
    future.writeBigUInt64BE(2n ** 63n, 12)
    expect(decode('audio-frame', future)).toMatchObject({ ok: false, reason: expect.stringContaining('2^53') })
  })
})
