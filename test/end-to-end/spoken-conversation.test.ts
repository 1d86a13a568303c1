import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type HubProcess, startHub } from '../../scripts/lib/bench/hub-process.ts'
import { LocalAdmin } from '../../scripts/lib/bench/local-admin.ts'
import { systemClock, wait } from '../../shared/clock.ts'
import { inherited } from '../../shared/environment.ts'
import { listenerOf } from '../../speech/chosen-listener.ts'
import { SpeechFolder } from '../../speech/packages/speech-folder.ts'
import { hearWhole } from '../../speech/ports/speech-to-text.ts'
import { spokenWhole } from '../../speech/ports/text-to-speech.ts'
import { pcmBytes, pcmSamples } from '../../speech/sound/pcm-bytes.ts'
import { resample } from '../../speech/sound/resample.ts'
import { KNOWN_VOICES } from '../../speech/voices/known-voices.ts'
import { type Pulse, pulseMissing, startPulse } from '../fixtures/pulse.ts'
import { ROOT } from '../source-tree.ts'
import { KEPT_MODEL, whyNoSpeech } from './speech-model.ts'

const why = pulseMissing ?? (await whyNoSpeech())
if (why !== null) console.log(`nobody speaks with a real agent: ${why}`)
const LARES = join(ROOT, 'lares')
const PATIENCE = { timeout: 20_000, interval: 100 }
const RAW = ['--raw', '--format=s16le', '--rate=16000', '--channels=1']
const SETTINGS =
  '[microphone]\nenabled = true\ndevice = "lares_mic"\necho_cancelled = true\n[speaker]\nenabled = true\ndevice = "lares_speaker"\n[gpio]\nbackend = "none"\n'

describe.skipIf(why !== null)('a real agent with a microphone and a speaker', () => {
  let pulse: Pulse
  let folder: string
  let hub: HubProcess
  let admin: LocalAdmin
  const agents: ReturnType<typeof spawn>[] = []
  let device: string

  beforeAll(async () => {
    pulse = startPulse()
    folder = mkdtempSync(join(tmpdir(), 'spoken-'))
    const run = promisify(execFile)
    const data = join(folder, 'hub')
    hub = await startHub({ folder: data })
    await run(LARES, ['voice', 'install', '--size', 'base', '--data', data, '--from', KEPT_MODEL])
    admin = await LocalAdmin.open(hub.ports.socket)
    device = await joinAgent('Kitchen speaker')
  }, 90_000)
  afterAll(async () => {
    for (const agent of agents) agent.kill('SIGTERM')
    admin?.close()
    await hub?.stop()
    pulse?.stop()
    rmSync(folder, { recursive: true, force: true })
  }, 30_000)

  /** An agent whose microphone is in the room; resolves with its device once it is there. */
  async function joinAgent(name: string): Promise<string> {
    const { token } = await admin.call<{ token: string }>('devices', 'invite', { name })
    const data = join(folder, name.replace(' ', '-'))
    const config = join(folder, 'edge.toml')
    writeFileSync(config, SETTINGS)
    const env = inherited(pulse.env)
    await promisify(execFile)(LARES, ['edge', 'join', token, '--data', data], { env })
    agents.push(spawn(LARES, ['edge', 'run', '--data', data, '--config', config], { env, stdio: 'ignore' }))
    return await vi.waitFor(async () => {
      const { devices } = await admin.call<{ devices: Device[] }>('devices', 'list')
      const found = devices.find((one) => one.name === name)
      expect(found).toMatchObject({ is_online: true })
      return found?.id ?? ''
    }, PATIENCE)
  }

  /** Plays a sentence into the room where the microphone is. */
  async function speak(text: string): Promise<void> {
    const [voice] = KNOWN_VOICES
    if (!voice) throw new Error('no voice is known')
    const { samples } = resample(await spokenWhole(voice, text, { language: 'en' }), 16_000)
    const player = spawn('paplay', [...RAW, '-d', 'lares'], { env: pulse.env, stdio: ['pipe', 'ignore', 'inherit'] })
    player.stdin.end(pcmBytes(samples))
    await new Promise((resolve) => player.once('close', resolve))
  }

  interface Device {
    id: string
    name: string
    is_online: boolean
  }

  interface Told {
    messages: { role: string; content: string; end: string | null }[]
  }

  it('hears a question, and what comes out of its speaker is the answer', async () => {
    const recorder = spawn('parec', [...RAW, '-d', 'lares_speaker.monitor'], {
      env: pulse.env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const pieces: Buffer[] = []
    recorder.stdout.on('data', (piece: Buffer) => pieces.push(piece))
    await speak('set a timer for five minutes')
    await vi.waitFor(async () => {
      const { messages } = await admin.call<Told>('sessions', 'show', { session: device })
      expect(messages).toMatchObject([
        // A machine with much else to do cuts the first word short now and then.
        { role: 'user', content: expect.stringMatching(/timer for (?:five|5) minutes/i) },
        { role: 'assistant', content: expect.stringMatching(/^(?:A|The) timer .*5 minutes/), end: 'played' },
      ])
    }, PATIENCE)
    await admin.call('voice', 'say', { text: 'The washing machine in the cellar is ready now' })
    const ears = listenerOf(new SpeechFolder(join(folder, 'hub')), 'base', systemClock)
    const heard = async () => (await hearWhole(ears, pcmSamples(Buffer.concat(pieces)), { language: 'en' })).text
    await vi.waitFor(async () => expect(await heard()).toMatch(/timer .*(?:five|5) minutes.*washing machine/i), {
      timeout: 30_000,
      interval: 1_000,
    })
    recorder.kill('SIGTERM')
    await ears.rest()
  }, 90_000)

  it('is interrupted by a voice that speaks into its answer, where its persona says so', async () => {
    await admin.call('personas', 'edit', { persona: 'companion', barge_in: 'speech' })
    await admin.call('personas', 'publish', { persona: 'companion', notes: 'a voice interrupts' })
    // The next session has it.
    await admin.call('sessions', 'end', { session: device })
    await speak('who are you')
    await vi.waitFor(async () => {
      const { messages } = await admin.call<Told>('sessions', 'show', { session: device })
      expect(messages).toMatchObject([{ role: 'user', content: expect.stringMatching(/who are you/i) }])
    }, PATIENCE)
    // The answer is on its way, and takes some seconds to be said.
    await wait(systemClock, 600)
    await speak('what time is it')
    await vi.waitFor(async () => {
      const { messages } = await admin.call<Told>('sessions', 'show', { session: device })
      const [, answer, question, time] = messages
      expect([answer?.end, question?.content, time?.role]).toEqual([
        'stopped',
        expect.stringMatching(/what time/i),
        'assistant',
      ])
    }, PATIENCE)
  }, 60_000)

  it('is answered by one of two that hear the same, and the other one stands down', async () => {
    const other = await joinAgent('Hall speaker')
    await admin.call('groups', 'create', { name: 'Downstairs' })
    for (const one of [device, other]) await admin.call('groups', 'assign', { group: 'Downstairs', device: one })
    // Its recorder begins, and learns how loud the room is.
    await wait(systemClock, 5_000)
    await speak('which timers are running')
    const stood = async () =>
      (
        await admin.call<{ events: { event_type: string; device_id: string }[] }>('events', 'list', {
          ...{ limit: 100, least: 'debug' },
        })
      ).events.filter(({ event_type }) => event_type === 'stood_down')
    await vi.waitFor(async () => expect(await stood()).toHaveLength(1), PATIENCE)
    const [down] = await stood()
    const up = down?.device_id === device ? other : device
    await vi.waitFor(async () => {
      const { messages } = await admin.call<Told>('sessions', 'show', { session: up })
      expect(messages.at(-1)).toMatchObject({ role: 'assistant', content: expect.stringMatching(/timer/i) })
    }, PATIENCE)
  }, 60_000)
})
