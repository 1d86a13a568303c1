import { createConnection, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { clauses } from '../../hub/talk/clauses.ts'
import { ManualClock, systemClock } from '../../shared/clock.ts'
import { silentLog } from '../../shared/log.ts'
import { CollectedSentence } from '../../speech/ports/collected-sentence.ts'
import { hearWhole, type SpeechToText } from '../../speech/ports/speech-to-text.ts'
import { spokenWhole, type TextToSpeech } from '../../speech/ports/text-to-speech.ts'
import { WyomingEars } from '../../speech/wyoming/wyoming-ears.ts'
import { encodeWyoming, type WyomingEvent, WyomingReader } from '../../speech/wyoming/wyoming-event.ts'
import { WyomingPeers } from '../../speech/wyoming/wyoming-peers.ts'
import { WyomingServer } from '../../speech/wyoming/wyoming-server.ts'
import { WyomingVoice } from '../../speech/wyoming/wyoming-voice.ts'
import { asPattern } from '../remedies/lib/as-pattern.ts'

const clock = new ManualClock()
let heard: { samples: number; language: string; aborted: () => boolean }[]
let spoken: { text: string; language: string }[]
let ears: SpeechToText | null
let voice: TextToSpeech | null
let server: WyomingServer
const open: Peer[] = []

beforeEach(async () => {
  heard = []
  spoken = []
  ears = {
    ...{ name: 'ears', languages: ['en'], rest: async () => {} },
    begin({ language, signal }) {
      const one = { samples: 0, language, aborted: () => signal?.aborted === true }
      heard.push(one)
      return new CollectedSentence(async (samples) => {
        one.samples = samples.length
        return { text: `heard ${samples.length}`, tookMs: 1 }
      })
    },
  }
  voice = {
    ...{ name: 'voice', languages: null },
    async *speak(text, { language }) {
      spoken.push({ text, language })
      yield { rate: 22_050, samples: Int16Array.from({ length: text.length }, (_, n) => n) }
    },
  }
  server = new WyomingServer({
    ...{ host: '127.0.0.1', port: 0, allow: [], clock, log: silentLog, clauses },
    offer: () => ({ version: '1.2.3', hears: ['en'], speaks: ['de', 'en'] }),
    ears: () => ears,
    voice: () => voice,
  })
  await server.listen()
})
afterEach(async () => {
  for (const peer of open.splice(0)) peer.socket.destroy()
  await server.stop()
})

/** A program that speaks Wyoming, as it comes. */
class Peer {
  readonly socket: Socket
  readonly events: WyomingEvent[] = []
  isClosed = false
  #reader = new WyomingReader()

  constructor() {
    this.socket = createConnection({ host: '127.0.0.1', port: server.port ?? 0 })
    this.socket.on('data', (bytes) => this.events.push(...this.#reader.push(bytes)))
    this.socket.on('error', () => {})
    this.socket.on('close', () => {
      this.isClosed = true
    })
    open.push(this)
  }

  send(type: string, data: Record<string, unknown> = {}, payload?: Buffer): void {
    this.socket.write(encodeWyoming(type, data, payload))
  }

  async until(type: string): Promise<WyomingEvent> {
    await expect.poll(() => this.events.map((event) => event.type)).toContain(type)
    return this.events.find((event) => event.type === type) as WyomingEvent
  }
}

const FORMAT = { rate: 16_000, width: 2, channels: 1 }
const place = () => ({ name: 'lares', host: '127.0.0.1', port: server.port ?? 0, clock: systemClock })

describe('what is served over Wyoming', () => {
  it('is what it says when it is asked', async () => {
    const peer = new Peer()
    peer.send('describe')
    expect((await peer.until('info')).data).toMatchObject({
      asr: [{ name: 'lares', installed: true, version: '1.2.3', models: [{ languages: ['en'] }] }],
      tts: [{ supports_synthesize_streaming: true, voices: [{ languages: ['de', 'en'] }] }],
      wake: [],
    })
    peer.send('ping', { text: 'there?' })
    expect((await peer.until('pong')).data).toEqual({ text: 'there?' })
  })

  it('hears for another hub, and speaks for it', async () => {
    const far = new WyomingEars({ ...place(), model: null, languages: null })
    expect((await hearWhole(far, new Int16Array(4_000), { language: 'de' })).text).toBe('heard 4000')
    expect(heard).toMatchObject([{ samples: 4_000, language: 'de' }])
    const sound = await spokenWhole(new WyomingVoice({ ...place(), voice: null, languages: null }), 'Hello there.', {
      language: 'de',
    })
    expect([sound.rate, sound.samples.length]).toEqual([22_050, 12])
    expect(spoken).toEqual([{ text: 'Hello there.', language: 'de' }])
  })

  it('hears sound of two channels at another rate, and no more than a minute of it', async () => {
    const peer = new Peer()
    const format = { rate: 48_000, width: 2, channels: 2 }
    peer.send('transcribe', { language: 'en_GB' })
    peer.send('audio-start', format)
    for (let n = 0; n < 2; n += 1) peer.send('audio-chunk', format, Buffer.alloc(48_000 * 2))
    peer.send('audio-stop')
    expect((await peer.until('transcript')).data).toMatchObject({ text: 'heard 16000', language: 'en' })
    peer.events.splice(0)
    peer.send('audio-start', FORMAT)
    for (let second = 0; second < 70; second += 1) peer.send('audio-chunk', FORMAT, Buffer.alloc(32_000))
    peer.send('audio-stop')
    expect((await peer.until('transcript')).data).toMatchObject({ text: 'heard 960000' })
  })

  it('speaks a text that is still being written clause by clause, and not twice', async () => {
    const peer = new Peer()
    peer.send('synthesize-start', { voice: { language: 'en-US' } })
    peer.send('synthesize-chunk', { text: 'It is warm. The win' })
    await peer.until('audio-chunk')
    expect(spoken.map(({ text }) => text)).toEqual(['It is warm.'])
    peer.send('synthesize-chunk', { text: 'dow is open.' })
    peer.send('synthesize', { text: 'It is warm. The window is open.' })
    peer.send('synthesize-stop')
    await peer.until('synthesize-stopped')
    expect(spoken.map(({ text }) => text)).toEqual(['It is warm.', 'The window is open.'])
    expect(peer.events.map(({ type }) => type)).toEqual([
      ...['audio-start', 'audio-chunk', 'audio-chunk', 'audio-stop', 'synthesize-stopped'],
    ])
  })

  it('says so where nothing hears or speaks, and where that fails', async () => {
    ears = null
    voice = null
    const peer = new Peer()
    peer.send('audio-start', FORMAT)
    expect((await peer.until('error')).data.text).toContain('lares voice install')
    peer.events.splice(0)
    peer.send('synthesize', { text: 'Hello' })
    expect((await peer.until('error')).data.text).toContain('nothing on this hub speaks')
    peer.events.splice(0)
    voice = {
      ...{ name: 'broken', languages: null },
      speak() {
        throw new Error('it is broken')
      },
    }
    peer.send('synthesize', { text: 'Hello' })
    expect((await peer.until('error')).data.text).toBe('it is broken')
    peer.send('ping')
    await peer.until('pong')
  })
})

it('cannot be served where somebody listens already, and says what to do', async () => {
  const { port } = server
  const parts = { host: '127.0.0.1', allow: [], clock, log: silentLog, clauses, ears: () => ears, voice: () => voice }
  const offer = () => ({ version: '1', hears: [], speaks: [] })
  await expect(new WyomingServer({ ...parts, offer, port: port ?? 0 }).listen()).rejects.toMatchObject({
    code: 'cannot_listen',
    message: expect.stringContaining(`at 127.0.0.1:${port}`),
    hint: expect.stringMatching(asPattern('Choose another address: wyoming below [voice] in hub.toml.')),
  })
  const other = new WyomingServer({ ...parts, offer, port: 0 })
  await other.listen()
  await other.stop()
})

describe('a peer', () => {
  it.each([
    ['another protocol', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['a length that is none', Buffer.from('{"type":"audio-chunk","payload_length":99999999}\n')],
    ['a line without end', Buffer.alloc(70_000, 'x')],
    ['sound that nobody understands', encodeWyoming('audio-start', { rate: 16_000, width: 4, channels: 1 })],
    [
      'more sound at once than anybody says',
      Buffer.concat([
        encodeWyoming('audio-start', FORMAT),
        encodeWyoming('audio-chunk', FORMAT, Buffer.alloc(300_000)),
      ]),
    ],
    [
      'more questions than anybody asks',
      Buffer.concat(Array.from({ length: 9 }, () => encodeWyoming('synthesize', { text: 'Hello' }))),
    ],
    ['a rate of nothing', encodeWyoming('audio-start', { rate: 0, width: 2, channels: 1 })],
  ])('that sends %s is told so and let go, and others are served', async (_, bytes) => {
    const [bad, good] = [new Peer(), new Peer()]
    bad.socket.write(bytes)
    await bad.until('error')
    await expect.poll(() => bad.isClosed).toBe(true)
    good.send('ping')
    await good.until('pong')
  })

  it('that sends what is in no order harms nothing', async () => {
    const peer = new Peer()
    peer.send('audio-chunk', FORMAT, Buffer.alloc(640))
    peer.send('audio-stop')
    peer.send('synthesize-chunk', { text: 7 })
    peer.send('synthesize-stop')
    peer.send('toString')
    peer.send('transcribe', { language: null })
    peer.send('synthesize', { text: null, voice: 'x' })
    await peer.until('audio-stop')
    expect(heard).toEqual([])
  })

  it('that goes in the middle of a sentence leaves nothing that hears', async () => {
    const peer = new Peer()
    peer.send('audio-start', FORMAT)
    await expect.poll(() => heard.length).toBe(1)
    peer.socket.destroy()
    await expect.poll(() => heard[0]?.aborted()).toBe(true)
    expect(server.peers).toBe(0)
  })

  it('that says nothing for five minutes is let go', async () => {
    const peer = new Peer()
    peer.send('ping')
    await peer.until('pong')
    clock.advance(300_000)
    await expect.poll(() => peer.isClosed).toBe(true)
  })

  it('is one of sixteen at most', async () => {
    const peers = Array.from({ length: 17 }, () => new Peer())
    await expect.poll(() => peers.filter(({ isClosed }) => isClosed).length).toBe(1)
    expect(server.peers).toBe(16)
  })

  it('comes from this machine or a listed address', () => {
    const allowed = new WyomingPeers(['192.168.1.20', '10.1.0.0/16', 'fd00::/8'])
    const inside = [
      '127.0.0.1',
      '::1',
      '::ffff:127.0.0.1',
      '192.168.1.20',
      '::ffff:192.168.1.20',
      '10.1.2.3',
      'fd12::1',
    ]
    expect(inside.filter((address) => !allowed.has(address))).toEqual([])
    const outside = ['192.168.1.21', '10.2.0.1', '::ffff:8.8.8.8', '2001:db8::1', '', undefined]
    expect(outside.filter((address) => allowed.has(address))).toEqual([])
  })
})
