import type { AddressInfo } from 'node:net'
import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { ManualClock, systemClock } from '../../shared/clock.ts'
import { hearWhole } from '../../speech/ports/speech-to-text.ts'
import { spokenWhole } from '../../speech/ports/text-to-speech.ts'
import { pcmBytes } from '../../speech/sound/pcm-bytes.ts'
import type { WyomingPlace } from '../../speech/wyoming/wyoming-call.ts'
import { WyomingEars } from '../../speech/wyoming/wyoming-ears.ts'
import { encodeWyoming, type WyomingEvent, WyomingReader } from '../../speech/wyoming/wyoming-event.ts'
import { WyomingVoice } from '../../speech/wyoming/wyoming-voice.ts'
import { asPattern } from '../remedies/lib/as-pattern.ts'

const REFERENCE = Buffer.from(
  '{"type":"audio-chunk","version":"1.9.0","data_length":51,"payload_length":4}\n{"rate":16000,"width":2,"channels":1,"timestamp":0}abcd',
)

describe('events of Wyoming', () => {
  it('are read as the reference implementation writes them, however they are cut', () => {
    const chunk = { type: 'audio-chunk', data: { rate: 16_000, width: 2, channels: 1, timestamp: 0 } }
    for (let cut = 1; cut < REFERENCE.length; cut += 1) {
      const reader = new WyomingReader()
      const events = [...reader.push(REFERENCE.subarray(0, cut)), ...reader.push(REFERENCE.subarray(cut))]
      expect(events).toMatchObject([chunk])
      expect(String(events[0]?.payload)).toBe('abcd')
    }
    const both = new WyomingReader().push(Buffer.concat([REFERENCE, REFERENCE, encodeWyoming('ping')]))
    expect(both.map(({ type }) => type)).toEqual(['audio-chunk', 'audio-chunk', 'ping'])
  })

  it('may have their data inline, none, or nulls', () => {
    const line = (header: object) => Buffer.from(`${JSON.stringify(header)}\n`)
    const reader = new WyomingReader()
    expect(reader.push(line({ type: 'transcript', data: { text: 'hello' } }))).toMatchObject([
      { data: { text: 'hello' } },
    ])
    expect(reader.push(line({ type: 'pong', data: null, data_length: null, payload_length: null }))).toMatchObject([
      { type: 'pong', data: {} },
    ])
  })

  it('are written so that they are read again', () => {
    const [event] = new WyomingReader().push(encodeWyoming('synthesize', { text: 'Küche\n' }, Buffer.from([1, 2])))
    expect(event).toMatchObject({ type: 'synthesize', data: { text: 'Küche\n' } })
    expect([...(event?.payload ?? [])]).toEqual([1, 2])
  })

  it.each([
    ['HTTP/1.1 400 Bad Request\r\n\r\n', 'what is no JSON'],
    ['[1]\n', 'what is no JSON object'],
    ['{"version":"1"}\n', 'an event without a type'],
    ['{"type":"x","payload_length":99999999}\n', 'a length of 99999999'],
    ['{"type":"x","data_length":-1}\n', 'a length of -1'],
    ['x'.repeat(70_000), 'a line of more than 64 KiB'],
  ])('that are %j end the connection with what is wrong', (bytes, why) => {
    expect(() => new WyomingReader().push(Buffer.from(bytes))).toThrow(why)
  })
})

let server: Server | null = null
const sockets = new Set<Socket>()
afterEach(() => {
  for (const socket of sockets) socket.destroy()
  server?.close()
})

/** A server that answers events as a test says, and notes what it was sent. */
async function serve(
  answer: (event: WyomingEvent, socket: Socket) => void,
): Promise<{ place: WyomingPlace; events: WyomingEvent[]; closed: () => number }> {
  const events: WyomingEvent[] = []
  let closed = 0
  server = createServer((socket) => {
    sockets.add(socket)
    const reader = new WyomingReader()
    socket.on('error', () => {})
    socket.on('close', () => {
      closed += 1
    })
    socket.on('data', (bytes) => {
      for (const event of reader.push(bytes)) {
        events.push(event)
        answer(event, socket)
      }
    })
  })
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { place: { name: 'elsewhere', host: '127.0.0.1', port, clock: systemClock }, events, closed: () => closed }
}

const ears = (place: WyomingPlace) => new WyomingEars({ ...place, model: 'small', languages: null })
const voice = (place: WyomingPlace) => new WyomingVoice({ ...place, voice: null, languages: ['de'] })

describe('ears elsewhere', () => {
  it('have the sound as it comes, and say what was understood', async () => {
    const { place, events } = await serve(({ type }, socket) => {
      if (type === 'audio-stop') socket.write(encodeWyoming('transcript', { text: 'wie spät ist es', language: 'de' }))
    })
    const sentence = ears(place).begin({ language: 'de' })
    const samples = Int16Array.from([1, -2, 32_767, -32_768])
    sentence.sound(samples)
    sentence.sound(samples)
    expect((await sentence.words()).text).toBe('wie spät ist es')
    expect(events.map(({ type }) => type)).toEqual([
      'transcribe',
      'audio-start',
      'audio-chunk',
      'audio-chunk',
      'audio-stop',
    ])
    expect(events[0]?.data).toEqual({ language: 'de', name: 'small' })
    expect(events[2]).toMatchObject({ data: { rate: 16_000, width: 2, channels: 1 } })
    expect(events[2]?.payload).toEqual(pcmBytes(samples))
  })

  it.each([
    ['close in the middle', (socket: Socket) => socket.end(), 'elsewhere at 127.0.0.1:…: it closed the connection'],
    ['send nonsense', (socket: Socket) => socket.write('hello\n'), 'elsewhere at 127.0.0.1:…: it sent what is no JSON'],
    [
      'say that they cannot',
      (socket: Socket) => socket.write(encodeWyoming('error', { text: 'no model' })),
      'elsewhere at 127.0.0.1:…: it says "no model"',
    ],
  ])('that %s fail the sentence and are not waited for', async (_name, fail, message) => {
    const { place, closed } = await serve(({ type }, socket) => {
      if (type === 'audio-stop') fail(socket)
    })
    await expect(hearWhole(ears(place), new Int16Array(10), { language: 'en' })).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(asPattern(message)),
      hint: expect.stringMatching(asPattern('Look whether it runs there: lares voice try shows what it does.')),
    })
    await expect.poll(closed).toBe(1)
  })

  it('that nobody runs, or that say nothing, fail it too', async () => {
    const { place } = await serve(() => {})
    const clock = new ManualClock()
    const waiting = expect(
      hearWhole(ears({ ...place, clock }), new Int16Array(10), { language: 'en' }),
    ).rejects.toThrow('elsewhere said nothing for 30 s')
    clock.advance(30_000)
    await waiting
    server?.close()
    for (const socket of sockets) socket.destroy()
    await expect(hearWhole(ears({ ...place, port: 1 }), new Int16Array(10), { language: 'en' })).rejects.toThrow(
      'ECONNREFUSED',
    )
  })

  it('are left when nobody wants to know any more', async () => {
    const { place, events, closed } = await serve(() => {})
    const controller = new AbortController()
    const sentence = ears(place).begin({ language: 'en', signal: controller.signal })
    sentence.sound(new Int16Array(10))
    await expect.poll(() => events.length).toBeGreaterThan(0)
    const words = expect(sentence.words()).rejects.toThrow('nobody waits')
    controller.abort(new Error('nobody waits'))
    await words
    await expect.poll(closed).toBe(1)
  })
})

describe('a voice elsewhere', () => {
  it('is heard piece by piece, and its connection is closed', async () => {
    const { place, events, closed } = await serve(({ type }, socket) => {
      if (type !== 'synthesize') return
      const format = { rate: 22_050, width: 2, channels: 1 }
      socket.write(encodeWyoming('audio-start', format))
      for (const piece of [[1, 2], [3]])
        socket.write(encodeWyoming('audio-chunk', format, pcmBytes(Int16Array.from(piece))))
      socket.write(encodeWyoming('audio-stop', { timestamp: null }))
    })
    const { rate, samples } = await spokenWhole(voice(place), 'Guten Morgen', { language: 'de' })
    expect([rate, [...samples]]).toEqual([22_050, [1, 2, 3]])
    expect(events).toMatchObject([{ type: 'synthesize', data: { text: 'Guten Morgen', voice: { language: 'de' } } }])
    await expect.poll(closed).toBe(1)
  })

  it('in a form that is not played says in which', async () => {
    const { place } = await serve((_event, socket) => {
      socket.write(encodeWyoming('audio-start', { rate: 16_000, width: 4, channels: 2 }))
    })
    await expect(spokenWhole(voice(place), 'Hallo', { language: 'de' })).rejects.toThrow(
      'elsewhere speaks with 16000 samples a second of 4 bytes and 2 channels',
    )
  })
})
