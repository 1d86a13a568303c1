import { randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turnOfTheLoop } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { earcon } from '../../../edge/speaking/earcon.ts'
import type { PlayerState } from '../../../edge/speaking/player.ts'
import { Player } from '../../../edge/speaking/player.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { check } from '../../../shared/codec.ts'
import { silentLog } from '../../../shared/log.ts'
import type { AudioFrame } from '../../../shared/messages/audio-frame.ts'
import { FRAME_FLAGS } from '../../../shared/messages/audio-frame.ts'
import type { Playback } from '../../../shared/messages/playback.ts'
import { levelOf } from '../../../shared/sound-level.ts'
import { FAKE_APLAY, processesWith, soundEnv } from '../../fixtures/fake-sound.ts'

const cleanups: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

function rig(mode: string, folders = [FAKE_APLAY]) {
  const folder = mkdtempSync(join(tmpdir(), 'player-'))
  const device = `fake-${randomUUID()}`
  const heard = join(folder, 'heard')
  const clock = new ManualClock()
  const reports: Playback[] = []
  const states: PlayerState[] = []
  const speaking: boolean[] = []
  const player = new Player({
    device,
    clock,
    log: silentLog,
    onPlayback: (message) => reports.push(message),
    onState: (state) => states.push(state),
    onSpeaking: (on) => speaking.push(on),
    env: soundEnv(folders, { FAKE_MODE: mode, FAKE_HEARD: heard }),
  })
  cleanups.push(async () => {
    const stopped = player.stop()
    clock.advance(100)
    await stopped
    await vi.waitFor(() => expect(processesWith(device)).toEqual([]))
    rmSync(folder, { recursive: true })
  })
  return {
    player,
    clock,
    device,
    reports,
    states,
    speaking,
    heard: () => (existsSync(heard) ? readFileSync(heard) : Buffer.alloc(0)),
    over: () => vi.waitFor(() => expect(reports.at(-1)?.state).not.toBe('started'), { timeout: 10_000, interval: 5 }),
  }
}

function frame(seq: number, flags = 0): AudioFrame {
  return { stream: 1, seq, flags, captureUs: 0, pcm: Buffer.alloc(1_280, seq + 1) }
}

describe('the player', () => {
  it('plays as loud as it was told to, from the next frame on, without a jump', async () => {
    const it = rig('ok')
    const loud = (seq: number, flags = 0) => ({
      ...frame(seq, flags),
      pcm: Buffer.alloc(1_280, Buffer.from([0, 0x40])),
    })
    it.player.setVolume(50)
    it.player.frame('s1', loud(0))
    it.player.setVolume(100)
    it.player.frame('s1', loud(1))
    it.player.frame('s1', loud(2, FRAME_FLAGS.end))
    await it.over()
    const heard = it.heard()
    const sample = (at: number) => heard.readInt16LE(at * 2)
    expect([sample(0), sample(639), sample(1_279), sample(1_919)]).toEqual([4_096, 4_096, 16_384, 16_384])
    for (let at = 1; at < 1_280; at++) expect(sample(at) - sample(at - 1)).toBeLessThanOrEqual(20)
  })

  it('plays the frames of a reply in order and says done with its whole length', async () => {
    const it = rig('ok')
    it.player.begin('s1', 16_000)
    for (let seq = 0; seq < 9; seq++) it.player.frame('s1', frame(seq))
    it.player.frame('s1', frame(4))
    it.player.frame('s1', frame(9, FRAME_FLAGS.end))
    await it.over()
    expect(it.heard()).toEqual(Buffer.concat(Array.from({ length: 10 }, (_, seq) => Buffer.alloc(1_280, seq + 1))))
    expect(it.reports.map(({ state, played_ms }) => [state, played_ms])).toEqual([
      ['started', 0],
      ['done', 400],
    ])
    for (const report of it.reports) expect(check('playback', report).ok).toBe(true)
    expect(it.speaking).toEqual([true, false])
    expect(it.player.speech).toBeNull()
  })

  it('stops within 200 ms even a program that ignores SIGTERM, and says how much was heard', async () => {
    const it = rig('ignoreterm')
    for (let seq = 0; seq < 100; seq++) it.player.frame('s1', frame(seq))
    await vi.waitFor(() => expect(it.heard().length).toBeGreaterThan(0), { timeout: 10_000 })
    it.clock.advance(1_200)
    it.player.silence()
    // 200 ms still lay in the buffer of the device
    expect(it.reports.at(-1)).toMatchObject({ speech: 's1', state: 'stopped', played_ms: 1_000 })
    it.clock.advance(100)
    await vi.waitFor(() => expect(processesWith(it.device)).toEqual([]), { timeout: 5_000, interval: 5 })
    // frames that were on their way do not begin it again
    it.player.frame('s1', frame(100))
    it.player.begin('s1', 16_000)
    expect(it.player.speech).toBeNull()
    expect(it.reports).toHaveLength(2)
  })

  it('begins the next reply only when the program before it has let the device go', async () => {
    const it = rig('ignoreterm')
    it.player.frame('s1', frame(0))
    await vi.waitFor(() => expect(it.heard().length).toBe(1_280), { timeout: 10_000 })
    const [first] = processesWith(it.device)
    it.player.begin('s2', 22_050)
    it.player.frame('s2', frame(1))
    it.player.frame('s2', frame(2, FRAME_FLAGS.end))
    await turnOfTheLoop()
    expect(processesWith(it.device)).toEqual([first])
    it.clock.advance(100)
    await vi.waitFor(() => expect(it.reports.at(-1)?.state).toBe('done'), { timeout: 10_000 })
    expect(it.reports.map(({ speech, state }) => `${speech} ${state}`)).toEqual([
      's1 started',
      's1 stopped',
      's2 started',
      's2 done',
    ])
    expect(it.heard()).toEqual(Buffer.concat([frame(0).pcm, frame(1).pcm, frame(2).pcm]))
  })

  it.each([
    ['busy', 'device_busy'],
    ['unplug', 'device_missing'],
  ])('says that the speaker is unavailable when it is %s, and tries again with the next reply', async (mode, code) => {
    const it = rig(mode)
    for (const speech of ['s1', 's2']) {
      it.player.frame(speech, frame(0))
      it.player.frame(speech, frame(1))
      await vi.waitFor(() => expect(it.reports.at(-1)).toMatchObject({ speech, state: 'stopped' }), { timeout: 10_000 })
    }
    expect(it.states[0]).toMatchObject({ state: 'unavailable', code })
  })

  it('survives that aplay is not installed', async () => {
    const it = rig('ok', ['/nowhere'])
    it.player.frame('s1', frame(0, FRAME_FLAGS.end))
    await it.over()
    expect(it.reports.at(-1)).toMatchObject({ state: 'stopped', played_ms: 0 })
    expect(it.states).toEqual([
      { state: 'unavailable', reason: 'aplay is not installed (package alsa-utils)', code: 'missing_program' },
    ])
  })

  it('ends a program that takes no sound: the length of the reply and three seconds', async () => {
    const it = rig('hang')
    it.player.frame('s1', frame(0, FRAME_FLAGS.end))
    await vi.waitFor(() => expect(processesWith(it.device)).toHaveLength(1), { timeout: 10_000 })
    it.clock.advance(3_039)
    expect(it.reports).toHaveLength(1)
    it.clock.advance(1)
    expect(it.reports.at(-1)?.state).toBe('stopped')
    expect(it.states.at(-1)?.reason).toContain('takes no sound')
  })

  it('ends a reply whose frames stop coming', () => {
    const it = rig('ok')
    it.player.frame('s1', frame(0))
    it.clock.advance(10_040)
    expect(it.reports.at(-1)).toMatchObject({ state: 'stopped', played_ms: 40 })
  })

  it('plays earcons, tells nobody, and never over a reply', async () => {
    const it = rig('ok')
    it.player.earcon('refused')
    await vi.waitFor(() => expect(it.heard()).toEqual(earcon('refused')), { timeout: 10_000 })
    await vi.waitFor(() => expect(it.speaking).toEqual([true, false]), { timeout: 10_000 })
    it.player.frame('s1', frame(0))
    it.player.earcon('done')
    it.player.frame('s1', frame(1, FRAME_FLAGS.end))
    await it.over()
    expect(it.heard().length).toBe(earcon('refused').length + 2 * 1_280)
    expect(it.reports).toHaveLength(2)
  })
})

describe('an earcon', () => {
  it('is short, audible and begins and ends without a click', () => {
    for (const name of ['listening', 'done', 'refused', 'muted', 'unmuted'] as const) {
      const pcm = earcon(name)
      expect(pcm.length / 32).toBeLessThan(400)
      expect(levelOf(pcm).rmsDb).toBeGreaterThan(-25)
      expect(levelOf(pcm).peakDb).toBeLessThan(-13)
      expect([pcm.readInt16LE(0), pcm.readInt16LE(pcm.length - 2)]).toEqual([0, 0])
    }
  })
})
