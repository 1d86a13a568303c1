import { spawn } from 'node:child_process'
import { crc32 } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Ear } from '../../edge/hearing/ear.ts'
import { Framer } from '../../edge/hearing/framer.ts'
import { measureMicrophone } from '../../edge/hearing/microphone-level.ts'
import { Recorder } from '../../edge/hearing/recorder.ts'
import { Vad } from '../../edge/hearing/vad.ts'
import { openWebrtcVad } from '../../edge/hearing/webrtc-vad.ts'
import { Player } from '../../edge/speaking/player.ts'
import { systemClock } from '../../shared/clock.ts'
import { silentLog } from '../../shared/log.ts'
import type { AudioFrame } from '../../shared/messages/audio-frame.ts'
import { decodeAudioFrame, FRAME_FLAGS } from '../../shared/messages/audio-frame.ts'
import type { Playback } from '../../shared/messages/playback.ts'
import type { Turn } from '../../shared/messages/turn.ts'
import { levelOf } from '../../shared/sound-level.ts'
import { processesWith } from '../fixtures/fake-sound.ts'
import type { Pulse } from '../fixtures/pulse.ts'
import { pulseMissing, startPulse } from '../fixtures/pulse.ts'
import { seconds, speech, speechMissing } from '../fixtures/speech.ts'

const missing = pulseMissing ?? speechMissing
const PATIENCE = { timeout: 15_000, interval: 20 }

describe.skipIf(missing)('on a sound server without a sound card', () => {
  let pulse: Pulse

  beforeAll(() => {
    pulse = startPulse()
  })

  afterAll(() => pulse.stop())

  function say(pcm: Buffer): Promise<void> {
    const raw = ['--raw', '--format=s16le', '--rate=16000', '--channels=1', '-d', 'lares']
    const child = spawn('paplay', raw, { env: pulse.env, stdio: ['pipe', 'ignore', 'inherit'] })
    child.stdin.end(pcm)
    return new Promise((resolve) => child.once('close', () => resolve()))
  }

  it('a spoken sentence becomes exactly one turn with its sound, through the real arecord', async () => {
    const starts: Turn[] = []
    const ends: Turn[] = []
    const frames: AudioFrame[] = []
    let blocks = 0
    const detector = await openWebrtcVad(2)
    const ear = new Ear({
      clock: systemClock,
      vad: new Vad(detector),
      trigger: 'voice',
      sink: {
        ready: () => true,
        wake: () => {},
        start: (message) => starts.push(message),
        frame: (_turn, bytes) => frames.push(decodeAudioFrame(bytes) as AudioFrame),
        end: (message) => ends.push(message),
      },
    })
    const framer = new Framer(systemClock)
    const recorder = new Recorder({
      device: 'lares_mic',
      clock: systemClock,
      log: silentLog,
      env: pulse.env,
      onPcm: (chunk) => {
        for (const block of framer.push(chunk)) {
          blocks += 1
          ear.block(block)
        }
      },
      onState: ({ state }) => ear.microphone(state === 'ok'),
      onGap: () => framer.reset(),
    })
    await recorder.start()
    // the floor settles in half a second
    await vi.waitFor(() => expect(blocks).toBeGreaterThan(50), PATIENCE)
    const words = speech('turn on the kitchen light please', { rmsDb: -20 })
    await say(words)
    await vi.waitFor(() => expect(ends).toHaveLength(1), PATIENCE)
    const after = blocks
    await vi.waitFor(() => expect(blocks).toBeGreaterThan(after + 50), PATIENCE)
    expect(recorder.counters().bytesPerSecond).toBeGreaterThan(28_000)
    await recorder.stop()
    detector.close()

    expect(starts).toHaveLength(1)
    expect(ends).toHaveLength(1)
    expect(ends[0]).toMatchObject({ turn: starts[0]?.turn, reason: 'silence', frames: frames.length })
    const sound = Buffer.concat(frames.map((frame) => frame.pcm))
    expect(ends[0]?.crc32).toBe(crc32(sound))
    expect(seconds(sound)).toBeGreaterThan(seconds(words))
    expect(seconds(sound)).toBeLessThan(seconds(words) + 1.3)
    expect(levelOf(sound).rmsDb).toBeGreaterThan(-26)
    expect(frames.map((frame) => frame.seq)).toEqual(frames.map((_, index) => index))
    expect(frames.at(-1)?.flags).toBe(FRAME_FLAGS.end)
  })

  it('the level of a microphone is measured for as long as was asked', async () => {
    const words = speech('one two three four five six seven eight nine ten', { rmsDb: -20 })
    const spoken = say(words)
    const level = await measureMicrophone({ device: 'lares_mic', seconds: 1, clock: systemClock, env: pulse.env })
    await spoken
    expect(level.reason).toBeUndefined()
    expect(level.bytes).toBe(32_000)
    expect(level.rmsDb).toBeGreaterThan(-35)
    expect(level.peakDb).toBeGreaterThan(level.rmsDb)
    expect(level.clipped).toBe(false)
  })

  it('a reply is played for as long as it lasts, and a stop is quick', async () => {
    const reports: Playback[] = []
    const player = new Player({
      device: 'lares_speaker',
      clock: systemClock,
      log: silentLog,
      env: pulse.env,
      onPlayback: (message) => reports.push(message),
    })
    const pcm = speech('good morning', { rmsDb: -20 })
    const begun = systemClock.mono()
    player.begin('s1', 16_000)
    player.frame('s1', { stream: 1, seq: 0, flags: FRAME_FLAGS.end, captureUs: 0, pcm })
    await vi.waitFor(() => expect(reports.at(-1)?.state).toBe('done'), PATIENCE)
    expect(systemClock.mono() - begun).toBeGreaterThan(seconds(pcm) * 1_000 - 50)
    expect(reports.at(-1)?.played_ms).toBe(Math.round(seconds(pcm) * 1_000))

    player.frame('s2', { stream: 2, seq: 0, flags: 0, captureUs: 0, pcm: Buffer.concat([pcm, pcm, pcm]) })
    const from = systemClock.mono()
    await vi.waitFor(() => expect(systemClock.mono() - from).toBeGreaterThan(500), PATIENCE)
    const asked = systemClock.mono()
    player.silence()
    await player.stop()
    expect(systemClock.mono() - asked).toBeLessThan(200)
    expect(reports.at(-1)?.state).toBe('stopped')
    expect(reports.at(-1)?.played_ms).toBeGreaterThan(250)
    expect(reports.at(-1)?.played_ms).toBeLessThan(600)
  })

  it('what the real arecord and aplay say of a device that is not there is understood', async () => {
    const device = 'plughw:CARD=Nowhere,DEV=0'
    const level = await measureMicrophone({ device, seconds: 1, clock: systemClock, env: pulse.env })
    expect(level).toMatchObject({ bytes: 0, reason: `the sound device ${device} is not there` })
    const states: (string | null)[] = []
    const player = new Player({
      device,
      clock: systemClock,
      log: silentLog,
      env: pulse.env,
      onPlayback: () => {},
      onState: ({ code }) => states.push(code),
    })
    player.earcon('done')
    await vi.waitFor(() => expect(states).toEqual(['device_missing']), PATIENCE)
    await player.stop()
  })

  it('a sound server that goes away in the middle is a state with a reason, and no program is left', async () => {
    const own = startPulse()
    const states: string[] = []
    const device = 'lares_mic'
    const recorder = new Recorder({
      device,
      clock: systemClock,
      log: silentLog,
      env: own.env,
      onPcm: () => {},
      onState: ({ state }) => states.push(state),
    })
    await recorder.start()
    await vi.waitFor(() => expect(states.at(-1)).toBe('ok'), PATIENCE)
    const pid = recorder.pid
    own.stop()
    await vi.waitFor(() => expect(states.at(-1)).toBe('unavailable'), PATIENCE)
    expect(recorder.state).toMatchObject({ code: 'device_missing' })
    expect(recorder.state.reason).toContain('lares_mic')
    await recorder.stop()
    expect(processesWith(device)).not.toContain(pid)
  })
})
