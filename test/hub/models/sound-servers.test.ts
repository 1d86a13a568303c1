import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SpeechVoice } from '../../../hub/models/speech-voice.ts'
import { TranscriptionEars } from '../../../hub/models/transcription-ears.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { hearWhole } from '../../../speech/ports/speech-to-text.ts'
import { spokenWhole } from '../../../speech/ports/text-to-speech.ts'
import { readWav } from '../../../speech/sound/wav-sound.ts'
import { ServerUnderTest } from './model-servers.ts'

let server: ServerUnderTest
const clock = new ManualClock()
beforeAll(async () => {
  server = await ServerUnderTest.open()
})
afterAll(() => server.close())

const SAMPLES = Int16Array.from({ length: 800 }, (_, n) => n * 7)
const ears = () =>
  new TranscriptionEars(server.model('/v1', { authorization: 'Bearer key' }), { clock, languages: null })
const voice = () => new SpeechVoice(server.model('/v1'), { voice: 'alloy', languages: ['en'] })

describe('a server that transcribes', () => {
  it('gets the sentence as a WAV file with its model and language, and its words are what was said', async () => {
    server.answer = (response) => response.end('{"text":" What time is it?\\n","usage":null}')
    const heard = await hearWhole(ears(), SAMPLES, { language: 'en' })
    expect(heard.text).toBe('What time is it?')
    const [asked] = server.asked.slice(-1)
    expect(asked).toMatchObject({ path: '/v1/audio/transcriptions', headers: { authorization: 'Bearer key' } })
    const type = asked?.headers['content-type'] ?? ''
    const form = await new Response(asked?.body as never, { headers: { 'content-type': type } }).formData()
    expect([form.get('model'), form.get('language'), form.get('response_format')]).toEqual(['small', 'en', 'json'])
    const file = form.get('file') as File
    expect(readWav(new Uint8Array(await file.arrayBuffer()))).toEqual({ rate: 16_000, samples: SAMPLES })
  })

  it('that answers nonsense, refuses or hangs is an error that says so', async () => {
    server.answer = (response) => response.end('<html>')
    await expect(hearWhole(ears(), SAMPLES, { language: 'en' })).rejects.toThrow('no transcript')
    server.answer = (response) => response.writeHead(429).end('{"error":{"message":"too many"}}')
    await expect(hearWhole(ears(), SAMPLES, { language: 'en' })).rejects.toThrow('it answers 429: too many')
    const asked = server.asked.length
    server.answer = () => {}
    const left = server.left
    const hangs = hearWhole(ears(), SAMPLES, { language: 'en' })
    hangs.catch(() => {})
    await expect.poll(() => server.asked.length).toBe(asked + 1)
    clock.advance(15_000)
    await expect(hangs).rejects.toMatchObject({ code: 'timed_out' })
    await expect.poll(() => server.left).toBe(left + 1)
  })
})

describe('a server that speaks', () => {
  it('is given on as it comes, though samples are cut in two', async () => {
    const bytes = Buffer.from(SAMPLES.buffer)
    server.answer = (response) => {
      response.writeHead(200, { 'content-type': 'audio/pcm' }).write(bytes.subarray(0, 501))
      setImmediate(() => response.end(bytes.subarray(501)))
    }
    expect(await spokenWhole(voice(), 'Hello', { language: 'en' })).toEqual({ rate: 24_000, samples: SAMPLES })
    expect(JSON.parse(String(server.asked.at(-1)?.body))).toEqual({
      ...{ model: 'small', voice: 'alloy', input: 'Hello', response_format: 'pcm' },
    })
  })

  it('never has a page played as noise', async () => {
    server.answer = (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')
    await expect(spokenWhole(voice(), 'Hello', { language: 'en' })).rejects.toThrow('it answers with text/html')
  })

  it('is left when nobody listens any more', async () => {
    server.answer = (response) => response.writeHead(200, { 'content-type': 'audio/pcm' }).write(Buffer.alloc(100))
    const [left, over] = [server.left, new AbortController()]
    const pieces = voice().speak('Hello', { language: 'en', signal: over.signal })[Symbol.asyncIterator]()
    await pieces.next()
    over.abort(new Error('nobody listens'))
    await expect(pieces.next()).rejects.toThrow('nobody listens')
    await expect.poll(() => server.left).toBe(left + 1)
  })
})
