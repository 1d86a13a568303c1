import { describe, expect, it } from 'vitest'
import { decode, encode } from '../../shared/codec.ts'
import { SENSOR_KEY } from '../../shared/ids.ts'
import { MESSAGE_BYTES } from '../../shared/limits.ts'
import { birth } from '../../shared/messages/birth.ts'

const readings = (text: string | Buffer) => decode('readings', Buffer.from(text))
const item = (json: string) => readings(`{"items":[{"sensor":"s","value":${json}}]}`)
const event = (json: string) => decode('event', Buffer.from(`{"type":"t","data":${json}}`))
const code = (decoded: ReturnType<typeof decode>) => (decoded.ok ? 'ok' : decoded.code)

describe('the codec', () => {
  it('names the fault of what is no JSON, no UTF-8 or no such message', () => {
    expect(code(readings('{"items":['))).toBe('bad_json')
    expect(code(readings(''))).toBe('bad_json')
    expect(code(readings('{"items":[],}'))).toBe('bad_json')
    expect(code(readings('\0'))).toBe('bad_json')
    expect(code(readings(Buffer.from([0x7b, 0xff, 0xfe, 0x7d])))).toBe('bad_utf8')
    expect(code(readings(Buffer.from([0xed, 0xa0, 0x80])))).toBe('bad_utf8')
    expect(code(readings(Buffer.from([0xc0, 0x80])))).toBe('bad_utf8')
    for (const other of ['null', '1', '[]', '"text"', 'true', '{}'])
      expect([other, code(readings(other))]).toEqual([other, 'bad_message'])
  })

  it('takes numbers that are finite, and nothing that only looks like one', () => {
    for (const good of ['0', '-0', '-1e308', '5e-324', '1.5']) expect([good, item(good).ok]).toEqual([good, true])
    for (const bad of ['1e999', '-1e999', '"1"', 'null', 'true', '[1]', '{}'])
      expect([bad, code(item(bad))]).toEqual([bad, 'bad_message'])
    for (const bad of ['NaN', 'Infinity', '0x10', '01', '1.', '+1'])
      expect([bad, code(item(bad))]).toEqual([bad, 'bad_json'])
  })

  it('refuses sequences and times that a database would round', () => {
    const with_ = (more: string) => code(readings(`{"items":[{"sensor":"s","value":1}],${more}}`))
    expect(with_('"seq":9007199254740991')).toBe('ok')
    for (const bad of ['9007199254740993', '1e300', '0', '-1', '1.5', '"1"'])
      expect([bad, with_(`"seq":${bad}`)]).toEqual([bad, 'bad_message'])
    for (const bad of ['-1', '1e18', '253402300800000', '1.5'])
      expect([bad, with_(`"sent":{"at":${bad},"mono":1}`)]).toEqual([bad, 'bad_message'])
  })

  it('refuses text that a store would refuse or change: NUL and lone surrogates, also escaped', () => {
    const command = (text: string) =>
      decode(
        'command',
        Buffer.from(`{"id":"c1","name":"identify","params":{"deep":[{"x":"${text}"}]},"expires_in_ms":1000}`),
      )
    for (const bad of ['\\u0000', '\\ud800', '\\udc00', 'a\\ud83d', '\\ude00b']) {
      expect([bad, code(decode('birth', Buffer.from(JSON.stringify(birth.sample).replace('ntp', bad))))]).toEqual([
        bad,
        'bad_message',
      ])
      expect([bad, code(command(bad))]).toEqual([bad, 'bad_message'])
      expect([bad, code(event(`{"${bad}":1}`))]).toEqual([bad, 'bad_message'])
      // What a device says is cleaned, for what it says is worth more than how.
      expect([bad, code(event(`{"deep":[{"x":"${bad}"}]}`))]).toEqual([bad, 'ok'])
    }
    expect(event('{"smile":"\\ud83d\\ude00","text":"\\\\u0000"}').ok).toBe(true)
    expect(command('\\ud83d\\ude00').ok).toBe(true)
  })

  it('refuses more bytes than the message may have, before it looks at them', () => {
    const much = Buffer.alloc(10 * 1024 * 1024, 0x20)
    expect(code(decode('readings', much))).toBe('too_large')
    expect(code(decode('admin-request', much))).toBe('too_large')
    expect(code(decode('audio-frame', much))).toBe('too_large')
    expect(code(readings('x'.repeat(MESSAGE_BYTES.json + 1)))).toBe('too_large')
    expect(() => encode('event', { type: 't', data: { x: 'y'.repeat(70_000) } })).toThrow(/at most 65536/)
  })

  it('gives inherited names no power', () => {
    const decoded = event('{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}')
    expect(decoded.ok).toBe(true)
    expect(({} as { admin?: boolean }).admin).toBeUndefined()
    expect(decoded.ok && Object.getPrototypeOf((decoded.value as { data: object }).data)).toBe(Object.prototype)
    const message = readings('{"__proto__":{"items":[{"sensor":"s","value":1}]}}')
    expect(code(message)).toBe('bad_message')
    expect(readings('{"items":[{"sensor":"__proto__","value":1},{"sensor":"constructor","value":2}]}').ok).toBe(true)
    expect(code(decode('admin-request', Buffer.from('{"id":"1","params":{"__proto__":{"x":1}}}')))).toBe('ok')
  })

  it('survives deep nesting', () => {
    const nested = (depth: number) => event(`{"x":${'['.repeat(depth)}${']'.repeat(depth)}}`)
    const objects = (depth: number) => event(`{"x":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`)
    // The message and its data are two of the levels.
    expect([code(nested(30)), code(objects(30))]).toEqual(['ok', 'ok'])
    for (const depth of [31, 1_000, 8_000, 30_000]) {
      expect(code(nested(depth))).toBe('bad_message')
      expect(code(objects(Math.min(depth, 10_000)))).toBe('bad_message')
    }
  })

  it('says which field is wrong, and no more than a few of them', () => {
    const many = Array.from({ length: 50 }, () => ({ sensor: '', value: 'x' }))
    const decoded = readings(JSON.stringify({ items: many }))
    expect(decoded).toMatchObject({ ok: false, reason: expect.stringMatching(/^items\.0\.sensor: .*and 97 more\)$/) })
  })

  it.each(['Kitchen', 'a-b', 'ä', 'a'.repeat(41), 'a b', '../x', 'кухня'])('makes a key of the name "%s"', (sensor) => {
    const decoded = readings(JSON.stringify({ items: [{ sensor, value: 1 }] }))
    expect(decoded.ok && (decoded.value as { items: { sensor: string }[] }).items[0]?.sensor).toMatch(SENSOR_KEY)
  })

  it.each(['', ' ', '\u0007', '\u200f'])('refuses %j as the name of a sensor', (sensor) => {
    expect(code(readings(JSON.stringify({ items: [{ sensor, value: 1 }] })))).toBe('bad_message')
  })

  it.each(['../../etc', 'a/b', 'a b', '', 'x'.repeat(65), 'a.b'])('refuses the turn id "%s"', (turn) => {
    const message = { turn, phase: 'start', stream: 1, format: 'pcm_s16le_16000_mono', preroll: 0 }
    expect(code(decode('turn', Buffer.from(JSON.stringify(message))))).toBe('bad_message')
  })
})
