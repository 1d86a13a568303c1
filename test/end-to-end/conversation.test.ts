import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { LLMock } from '@copilotkit/aimock'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { storeFile } from '../../hub/store/places.ts'
import { type HubProcess, startHub } from '../../scripts/lib/bench/hub-process.ts'
import { createDevices, LocalAdmin, type MadeDevice } from '../../scripts/lib/bench/local-admin.ts'
import { freeAddress } from '../../scripts/lib/demo/free-address.ts'
import { splitAddress } from '../../shared/address.ts'
import { systemClock } from '../../shared/clock.ts'
import { listenerOf } from '../../speech/chosen-listener.ts'
import type { MoonshineListener } from '../../speech/moonshine/moonshine-listener.ts'
import { SpeechFolder } from '../../speech/packages/speech-folder.ts'
import { hearWhole } from '../../speech/ports/speech-to-text.ts'
import { spokenWhole } from '../../speech/ports/text-to-speech.ts'
import { resample } from '../../speech/sound/resample.ts'
import type { Sound } from '../../speech/sound/wav-sound.ts'
import { KNOWN_VOICES } from '../../speech/voices/known-voices.ts'
import { WyomingEars } from '../../speech/wyoming/wyoming-ears.ts'
import { WyomingVoice } from '../../speech/wyoming/wyoming-voice.ts'
import { lookInto } from '../faults/lib/house-to-erase.ts'
import { ROOT } from '../source-tree.ts'
import { SpeakerInTheRoom } from './speaker-in-the-room.ts'
import { KEPT_MODEL, whyNoSpeech } from './speech-model.ts'

const why = await whyNoSpeech()
if (why !== null) console.log(`no conversation is held: ${why}`)
const [FLITE] = KNOWN_VOICES
const PATIENCE = { timeout: 20_000, interval: 50 }

/** A sentence as a voice of this machine says it, at the rate of a microphone. */
async function sentence(text: string): Promise<Sound> {
  if (!FLITE) throw new Error('no voice is known')
  return resample(await spokenWhole(FLITE, text, { language: 'en' }), 16_000)
}

describe.skipIf(why !== null)('a conversation with the engines of this machine', () => {
  let folder: string
  let hub: HubProcess
  let made: MadeDevice
  let speaker: SpeakerInTheRoom
  let ears: MoonshineListener
  const heard = new Set<string>()
  /** Where the hub serves Wyoming. */
  let served: { host: string; port: number }
  // What answers where no sentence of the house means what was said.
  const model = new LLMock({ port: 0 })

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'conversation-'))
    const install = ['voice', 'install', '--size', 'base', '--data', folder, '--from', KEPT_MODEL]
    await promisify(execFile)(join(ROOT, 'lares'), install)
    ears = listenerOf(new SpeechFolder(folder), 'base', systemClock)
    await model.start()
    model.on(
      { userMessage: /lamp/i, hasToolResult: false },
      {
        toolCalls: [{ name: 'say_to_house', arguments: '{"sentence":"set a timer for twenty minutes"}' }],
      },
    )
    model.on(
      { userMessage: /lamp/i, hasToolResult: true },
      { content: 'I have set a timer for twenty minutes. Is that right?' },
    )
    model.on({ userMessage: /sky/i }, { content: 'The sky is blue. That is because of the air.' })
    served = splitAddress(await freeAddress())
    const engines = `engines = { mock = { kind = "openai", does = "answer", url = "${model.url}/v1", model = "gpt-4o" } }`
    hub = await startHub({ folder, config: `[voice]\n${engines}\nwyoming = { listen = "127.0.0.1:${served.port}" }\n` })
    const [device] = await createDevices(hub.ports.socket, 1)
    if (!device) throw new Error('no device was made')
    made = device
    speaker = await SpeakerInTheRoom.connect({ ...made, port: hub.ports.plain })
  }, 60_000)
  afterAll(async () => {
    await model.stop()
    await speaker?.close()
    await ears?.rest()
    await hub?.stop()
    rmSync(folder, { recursive: true })
  })

  /** What is answered, as somebody with ears hears it. */
  async function answerTo(text: string, more: Parameters<SpeakerInTheRoom['say']>[1] = {}): Promise<string> {
    await speaker.say(await sentence(text), more)
    const spoken = await speaker.hears(heard)
    heard.add(spoken.id)
    return (await hearWhole(ears, resample(spoken.sound, 16_000).samples, { language: 'en' })).text
  }
  const look = <T>(sql: string) => lookInto(storeFile(folder), (house) => house.all<T>(sql))
  const messages = () =>
    look<{ role: string; content: string; ms: number | null }>(
      'SELECT role, content, response_latency_ms AS ms FROM messages ORDER BY id',
    )

  it('is understood, answered aloud, and kept with how long that took', async () => {
    expect(await answerTo('set a timer for five minutes')).toMatch(/timer of (?:five|5) minutes is set/i)
    await vi.waitFor(() => expect(messages()).toHaveLength(2), PATIENCE)
    expect(messages()).toMatchObject([
      { role: 'user', content: expect.stringMatching(/timer for (?:five|5) minutes/i), ms: null },
      { role: 'assistant', content: 'A timer of 5 minutes is set.', ms: expect.any(Number) },
    ])
    const [turn] = look<{ timings: string }>('SELECT timings FROM turns')
    const { stages } = JSON.parse(turn?.timings ?? '')
    const order = ['began', 'ended', 'heard', 'answer_first', 'voice_first', 'sent_first', 'sounds', 'over']
    expect(order.map((stage) => stages[stage])).toEqual(order.map((stage) => stages[stage]).toSorted((a, b) => a - b))
    expect(speaker.told.map(({ step }) => step)).toEqual(
      expect.arrayContaining(['granted', 'thinking', 'stored', 'speaking', 'follow_up']),
    )
  }, 30_000)

  it('remembers what it is about, in the same session', async () => {
    expect(await answerTo('which timers are running')).toMatch(/timer.* has (?:four|4) minutes/i)
    expect(await answerTo('repeat that please')).toMatch(/timer.* has (?:four|4) minutes/i)
    const sessions = look('SELECT id FROM sessions')
    expect(sessions).toHaveLength(1)
  }, 30_000)

  it('is understood with one frame in twenty lost', async () => {
    const gone = Array.from({ length: 10 }, (_, n) => 7 + n * 20)
    expect(await answerTo('what time is it', { gone })).toMatch(/^it is /i)
  }, 30_000)

  it('goes on with a model where no sentence means it, and that is kept with who answered', async () => {
    expect(await answerTo('why is the sky so blue today')).toMatch(/sky is blue.*because of the air/i)
    await vi.waitFor(
      () =>
        expect(
          look(
            "SELECT timings ->> 'by' AS by, content FROM messages WHERE role = 'assistant' ORDER BY id DESC LIMIT 1",
          ),
        ).toEqual([{ by: 'mock', content: 'The sky is blue. That is because of the air.' }]),
      PATIENCE,
    )
  }, 30_000)

  it('has a model use the house, with the rights of the speaker', async () => {
    expect(await answerTo('something with my lamp must be done')).toMatch(/(?:twenty|20) minutes/i)
    await vi.waitFor(() => expect(look('SELECT id FROM timers')).toHaveLength(2), PATIENCE)
  }, 30_000)

  it('says that nobody knows, to somebody who pressed the button', async () => {
    expect(await answerTo('the purple elephant sings a song')).toMatch(/^sorry.*here has an answer/i)
  }, 30_000)

  it('is shown engine by engine, and each is tried', async () => {
    const admin = await LocalAdmin.open(hub.ports.socket)
    const { engines } = await admin.call<{ engines: object[] }>('voice', 'engines')
    expect(engines).toMatchObject([
      { does: 'hear', engine: 'moonshine', state: 'ok' },
      { does: 'answer', engine: 'mock' },
      { does: 'speak', engine: 'flite', state: 'ok' },
      ...[{ engine: 'pico' }, { engine: 'espeak-ng' }],
    ])
    const asked = await admin.call('personas', 'try', { persona: 'companion', said: 'why is the sky so blue' })
    expect(asked).toMatchObject({ answer: 'The sky is blue. That is because of the air.', says: 'mock answered.' })
    const { tried } = await admin.call<{ tried: object[] }>('voice', 'try', { text: 'the lamp is on' })
    expect(tried).toContainEqual(expect.objectContaining({ voice: 'flite', ear: 'moonshine', wrong: 0, error: null }))
    admin.close()
  }, 30_000)

  it('hears and speaks for others that speak Wyoming', async () => {
    const place = { name: 'the hub', ...served, clock: systemClock }
    const sound = await spokenWhole(new WyomingVoice({ ...place, voice: null, languages: null }), 'the lamp is on', {
      language: 'en',
    })
    const far = new WyomingEars({ ...place, model: null, languages: null })
    const { text } = await hearWhole(far, resample(sound, 16_000).samples, { language: 'en' })
    expect(text).toMatch(/lamp is on/i)
  }, 30_000)

  it('keeps no sound of what was understood beyond the next look', async () => {
    const [{ kept = -1 } = {}] = look<{ kept: number }>(
      'SELECT count(*) AS kept FROM audio_clips WHERE expires_at > created_at + 60000',
    )
    expect(kept).toBe(0)
  })

  it('is taken up by a hub that was killed in the middle of an answer, with an apology', async () => {
    await speaker.say(await sentence('which timers are running'))
    await vi.waitFor(() => expect(speaker.told.at(-1)?.step).toMatch(/thinking|stored|speaking/), PATIENCE)
    await vi.waitFor(() => expect(messages().at(-1)?.role).toBe('user'), PATIENCE)
    await hub.kill()
    await speaker.close().catch(() => {})
    hub = await startHub({ folder })
    speaker = await SpeakerInTheRoom.connect({ ...made, port: hub.ports.plain })
    const spoken = await speaker.hears()
    const { text } = await hearWhole(ears, resample(spoken.sound, 16_000).samples, { language: 'en' })
    expect(text).toMatch(/sorry.* interrupted/i)
  }, 60_000)
})
