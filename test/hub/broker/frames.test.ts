import fc from 'fast-check'
import mqtt, { type Packet } from 'mqtt-packet'
import { describe, expect, it } from 'vitest'
import { type FrameRules, FrameScanner } from '../../../hub/broker/frames.ts'
import { connectPacket, publishPacket } from './raw-client.ts'

const rules: FrameRules = {
  beforeConnectBytes: 8_192,
  afterConnectBytes: 65_536,
  topicBytes: 512,
  topicLevels: 12,
  filtersPerClient: 64,
}

/** The bytes behind an accepted CONNECT. */
function scannerAfterConnect(more: Partial<FrameRules> = {}): FrameScanner {
  const scanner = new FrameScanner({ ...rules, ...more })
  scanner.scan(mqtt.generate(connectPacket('a')))
  scanner.open = true
  return scanner
}

function text(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes])
}

function frame(first: number, ...parts: (Buffer | number[])[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)))
  const length = body.length < 128 ? [body.length] : [(body.length & 127) | 128, body.length >> 7]
  return Buffer.concat([Buffer.from([first, ...length]), body])
}

const MQTT4 = [...text('MQTT'), 4]
const keepalive = [0, 10]

/** Name, bytes sent instead of CONNECT, reason. */
const badConnects: [string, Buffer, string][] = [
  ['a PUBLISH before CONNECT', frame(0x30, text('t')), 'first packet is not CONNECT'],
  ['a PINGREQ before CONNECT', Buffer.from([0xc0, 0]), 'first packet is not CONNECT'],
  ['reserved header bits', frame(0x11, MQTT4, [2], keepalive, text('a')), 'reserved bits of the header are wrong'],
  ['256 MiB announced', Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]), 'packet is too large'],
  ['a length of five bytes', Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff]), 'remaining length has more than four bytes'],
  ['another protocol', frame(0x10, text('HTTP'), [4, 2], keepalive, text('a')), 'CONNECT names another protocol'],
  [
    'level 5',
    frame(0x10, text('MQTT'), [5, 2], keepalive, [0], text('a')),
    'MQTT 5 is not spoken here: set the client to MQTT 3.1.1 (mosquitto_sub -V mqttv311)',
  ],
  [
    'level 132, a bridge',
    frame(0x10, text('MQTT'), [132, 2], keepalive, text('a')),
    'protocol level 132 is not spoken here: set the client to MQTT 3.1.1 (mosquitto_sub -V mqttv311)',
  ],
  ['the reserved flag', frame(0x10, MQTT4, [3], keepalive, text('a')), 'reserved CONNECT flag is set'],
  ['will QoS 3', frame(0x10, MQTT4, [0x1e], keepalive, text('a'), text('w'), text('')), 'will QoS 3'],
  ['will QoS without a will', frame(0x10, MQTT4, [0x0a], keepalive, text('a')), 'will flags without a will'],
  ['will retain without a will', frame(0x10, MQTT4, [0x22], keepalive, text('a')), 'will flags without a will'],
  [
    'a wildcard in the will topic',
    frame(0x10, MQTT4, [6], keepalive, text('a'), text('w/#'), text('')),
    'topic has a wildcard',
  ],
  ['an empty will topic', frame(0x10, MQTT4, [6], keepalive, text('a'), text(''), text('')), 'empty topic'],
  ['a will without payload', frame(0x10, MQTT4, [6], keepalive, text('a'), text('w')), 'CONNECT is cut off'],
  [
    'a password without user',
    frame(0x10, MQTT4, [0x42], keepalive, text('a'), text('p')),
    'password without a user name',
  ],
  ['a user name that is cut off', frame(0x10, MQTT4, [0x82], keepalive, text('a'), [0, 9, 97]), 'CONNECT is cut off'],
  ['NUL in the client id', frame(0x10, MQTT4, [2], keepalive, text('a\0b')), 'text has a control character'],
  [
    'a surrogate in the client id',
    frame(0x10, MQTT4, [2], keepalive, text(Buffer.from([0xed, 0xa0, 0x80]))),
    'text has a lone surrogate',
  ],
  [
    'Latin-1 in the user name',
    frame(0x10, MQTT4, [0x82], keepalive, text('a'), text(Buffer.from([0xe4, 0x20]))),
    'text is not UTF-8',
  ],
  ['bytes behind the end', frame(0x10, MQTT4, [2], keepalive, text('a'), [1]), 'bytes behind the end of CONNECT'],
]

const badPackets: [string, Buffer, string][] = [
  ['a second CONNECT', mqtt.generate(connectPacket('a')), 'second CONNECT'],
  ['QoS 3', frame(0x36, text('t'), [0, 1]), 'QoS 3'],
  ['DUP with QoS 0', frame(0x38, text('t')), 'DUP with QoS 0'],
  ['an empty topic', frame(0x30, text('')), 'empty topic'],
  ['a topic with +', frame(0x30, text('a/+')), 'topic has a wildcard'],
  ['a topic with #', frame(0x30, text('#')), 'topic has a wildcard'],
  ['NUL in a topic', frame(0x30, text('a\0')), 'text has a control character'],
  ['DEL in a topic', frame(0x30, text('a\x7f')), 'text has a control character'],
  ['a C1 control in a topic', frame(0x30, text('a\u0085')), 'text has a control character'],
  ['an overlong slash in a topic', frame(0x30, text(Buffer.from([0xc0, 0xaf]))), 'text is not UTF-8'],
  ['a code point above U+10FFFF', frame(0x30, text(Buffer.from([0xf4, 0x90, 0x80, 0x80]))), 'text is not UTF-8'],
  ['a cut character at the end of a topic', frame(0x30, text(Buffer.from([0x61, 0xe2, 0x82]))), 'text is not UTF-8'],
  ['a non-character in a topic', frame(0x30, text('a\ufffe')), 'text has a non-character'],
  ['13 levels', frame(0x30, text(`${'a/'.repeat(12)}a`)), 'topic has too many levels'],
  ['a topic of 513 bytes', frame(0x30, text('a'.repeat(513))), 'topic is too long'],
  ['a topic longer than its packet', Buffer.from([0x30, 4, 0, 9, 97, 97]), 'PUBLISH is shorter than its topic'],
  ['QoS 1 without a packet id', frame(0x32, text('t')), 'PUBLISH is shorter than its topic'],
  ['packet id 0 in PUBLISH', frame(0x32, text('t'), [0, 0]), 'packet id is 0'],
  ['a PUBLISH without a body', Buffer.from([0x30, 0]), 'PUBLISH without a topic'],
  ['packet id 0 in PUBACK', Buffer.from([0x40, 2, 0, 0]), 'packet id is 0'],
  ['a PUBACK of three bytes', Buffer.from([0x40, 3, 0, 1, 0]), 'packet has a wrong length'],
  ['a PUBREL with wrong bits', Buffer.from([0x60, 2, 0, 1]), 'reserved bits of the header are wrong'],
  ['a SUBSCRIBE with wrong bits', frame(0x80, [0, 1], text('t'), [0]), 'reserved bits of the header are wrong'],
  ['a SUBSCRIBE without a filter', frame(0x82, [0, 1]), 'no filter'],
  ['packet id 0 in SUBSCRIBE', frame(0x82, [0, 0], text('t'), [0]), 'packet id is 0'],
  ['subscription QoS 3', frame(0x82, [0, 1], text('t'), [3]), 'subscription options are wrong'],
  ['MQTT 5 options', frame(0x82, [0, 1], text('t'), [4]), 'subscription options are wrong'],
  ['a filter without QoS', frame(0x82, [0, 1], text('t')), 'filter is cut off'],
  ['an empty filter', frame(0x82, [0, 1], text(''), [0]), 'empty filter'],
  ['a+', frame(0x82, [0, 1], text('a+'), [0]), 'filter has + inside a level'],
  ['+a', frame(0x82, [0, 1], text('+a'), [0]), 'filter has + inside a level'],
  ['a/+b/c', frame(0x82, [0, 1], text('a/+b/c'), [0]), 'filter has + inside a level'],
  ['a#', frame(0x82, [0, 1], text('a#'), [0]), 'filter has # inside'],
  ['#/a', frame(0x82, [0, 1], text('#/a'), [0]), 'filter has # inside'],
  ['65 filters', frame(0x82, [0, 1], ...Array.from({ length: 65 }, () => [0, 1, 97, 0])), 'too many filters'],
  ['a bad filter in UNSUBSCRIBE', frame(0xa2, [0, 1], text('a#')), 'filter has # inside'],
  ['a PINGREQ with a body', Buffer.from([0xc0, 1, 0]), 'packet has a wrong length'],
  ['a DISCONNECT with a body', Buffer.from([0xe0, 1, 0]), 'packet has a wrong length'],
  ['a CONNACK', Buffer.from([0x20, 2, 0, 0]), 'packet type that only a server sends'],
  ['a SUBACK', Buffer.from([0x90, 3, 0, 1, 0]), 'packet type that only a server sends'],
  ['a PINGRESP', Buffer.from([0xd0, 0]), 'packet type that only a server sends'],
  ['type 0', Buffer.from([0, 0]), 'packet type that only a server sends'],
  ['type 15, AUTH of MQTT 5', Buffer.from([0xf0, 0]), 'packet type that only a server sends'],
  ['a packet above the limit', Buffer.from([0x30, 0xff, 0xff, 0x7f]), 'packet is too large'],
]

describe('the frame scanner', () => {
  it.each(badConnects)('refuses a connection that begins with %s', (_name, bytes, reason) => {
    const scanner = new FrameScanner(rules)
    scanner.scan(bytes)
    expect(scanner.violation).toBe(reason)
  })

  it.each(badPackets)('refuses %s', (_name, bytes, reason) => {
    const scanner = scannerAfterConnect()
    scanner.scan(bytes)
    expect(scanner.violation).toBe(reason)
  })

  it.each([...badPackets])('refuses %s also when its bytes come one by one', (_name, bytes, reason) => {
    const scanner = scannerAfterConnect()
    let rest = Buffer.alloc(0)
    for (const byte of bytes) {
      rest = Buffer.concat([rest, Buffer.from([byte])])
      if (scanner.violation === null) rest = rest.subarray(scanner.scan(rest))
    }
    expect(scanner.violation).toBe(reason)
  })

  it('lets everything that is legal pass, however the bytes are cut', () => {
    const topic = fc.constantFrom('a', 'a/b', 'ä/𝄞/日本', 'x'.repeat(500))
    const packet = fc.oneof(
      fc
        .record({ topic, size: fc.nat(3_000), qos: fc.constantFrom(0, 1, 2) })
        .map(({ topic, size, qos }) =>
          publishPacket(topic, { qos: qos as 0, payload: 'x'.repeat(size), ...(qos > 0 ? { messageId: 7 } : {}) }),
        ),
      fc.constantFrom<Packet>(
        { cmd: 'puback', messageId: 1 },
        { cmd: 'pubrec', messageId: 65_535 },
        { cmd: 'pubrel', messageId: 1 },
        { cmd: 'pubcomp', messageId: 1 },
        { cmd: 'pingreq' },
        {
          cmd: 'subscribe',
          messageId: 1,
          subscriptions: [
            { topic: '+/+/#', qos: 2 },
            { topic: '#', qos: 0 },
          ],
        },
        { cmd: 'unsubscribe', messageId: 1, unsubscriptions: ['a/+'] },
      ),
    )
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 20 }), fc.array(fc.integer({ min: 1, max: 700 })), (packets, cuts) => {
        const scanner = scannerAfterConnect()
        const bytes = Buffer.concat(packets.map((one) => mqtt.generate(one)))
        let passed = 0
        let at = 0
        let rest = Buffer.alloc(0)
        for (const cut of [...cuts, bytes.length]) {
          rest = Buffer.concat([rest, bytes.subarray(at, at + cut)])
          at += cut
          const step = scanner.scan(rest)
          passed += step
          rest = rest.subarray(step)
        }
        expect(scanner.violation).toBeNull()
        expect(passed).toBe(bytes.length)
        expect(scanner.publishes).toBe(packets.filter((one) => one.cmd === 'publish').length)
      }),
    )
  })

  it('never throws and never passes more than it was given, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, after) => {
        const scanner = after ? scannerAfterConnect() : new FrameScanner(rules)
        expect(scanner.scan(Buffer.from(bytes))).toBeLessThanOrEqual(bytes.length)
      }),
    )
  })

  it('holds packets behind CONNECT until the client is accepted', () => {
    const scanner = new FrameScanner(rules)
    const connect = mqtt.generate(connectPacket('a'))
    const bytes = Buffer.concat([connect, mqtt.generate(publishPacket('t'))])
    expect(scanner.scan(bytes)).toBe(connect.length)
    expect(scanner.scan(bytes.subarray(connect.length))).toBe(0)
    scanner.open = true
    expect(scanner.scan(bytes.subarray(connect.length))).toBe(bytes.length - connect.length)
  })

  it('allows empty levels [MQTT-4.7.1-1]', () => {
    const scanner = scannerAfterConnect()
    for (const topic of ['a//b', '/a', 'a/', '/']) scanner.scan(frame(0x30, text(topic)))
    scanner.scan(frame(0x82, [0, 1], text('/+//#'), [0]))
    expect(scanner.violation).toBeNull()
  })

  it('writes the QoS granted into SUBSCRIBE', () => {
    const scanner = scannerAfterConnect()
    const asked: unknown[] = []
    scanner.granting = {
      filter(filter, qos) {
        asked.push([filter, qos])
        return 0
      },
      end: (packetId) => void asked.push(packetId),
    }
    const bytes = frame(0x82, [1, 2], text('ä/#'), [2], text('b'), [1])
    scanner.scan(bytes)
    expect(asked).toEqual([['ä/#', 2], ['b', 1], 258])
    expect(bytes).toEqual(frame(0x82, [1, 2], text('ä/#'), [0], text('b'), [0]))
  })
})
