import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BLOCK_BYTES } from '../../../edge/hearing/block.ts'
import { TurnFrames } from '../../../edge/hearing/turn-frames.ts'
import { check } from '../../../shared/codec.ts'
import type { AudioFrame } from '../../../shared/messages/audio-frame.ts'
import { decodeAudioFrame, FRAME_FLAGS } from '../../../shared/messages/audio-frame.ts'

import { END, QUIET, rig, SPEECH, START, session } from './ear-under-test.ts'

describe('a turn by voice', () => {
  it('is wake, start, 20 blocks of pre-roll and speech in frames of 40 ms, end; each a valid message', () => {
    const it = rig()
    it.hear(QUIET, 60)
    it.hear(START)
    expect(it.ear.state).toBe('listening')
    it.hear(SPEECH, 50)
    it.hear(END)
    expect(it.order.slice(0, 3)).toEqual(['wake', 'start', 'frame'])
    expect(it.order.at(-1)).toBe('end')
    expect(it.states).toEqual(['listening', 'idle'])

    for (const message of [...it.starts, ...it.ends]) expect(check('turn', message).ok).toBe(true)
    for (const message of it.wakes) expect(check('wake', message).ok).toBe(true)
    expect(it.wakes[0]).toMatchObject({ turn: it.ear.turn ?? it.starts[0]?.turn, score: 0.9, snr_db: 40 })
    expect(it.starts[0]).toMatchObject({ phase: 'start', preroll: 400, trigger: 'voice', stream: 1 })
    // 20 of pre-roll, the last of them the one with the start, and 51 after it
    expect(it.ends[0]).toMatchObject({ phase: 'end', reason: 'silence', frames: 36, stream: 1 })

    expect(it.frames.map((frame) => frame.seq)).toEqual(Array.from({ length: 36 }, (_, index) => index))
    expect(it.frames.slice(0, -1).every((frame) => frame.pcm.length === 1_280)).toBe(true)
    expect(it.frames.at(-1)?.pcm.length).toBe(640)
    expect(it.frames.map((frame) => frame.flags)).toEqual([
      FRAME_FLAGS.start | FRAME_FLAGS.preroll,
      ...Array.from({ length: 9 }, () => FRAME_FLAGS.preroll),
      ...Array.from({ length: 25 }, () => 0),
      FRAME_FLAGS.end,
    ])
    const first = it.frames[0]?.captureUs ?? 0
    expect(it.frames.map((frame) => frame.captureUs - first)).toEqual(it.frames.map((_, index) => index * 40_000))
    expect(crc32(Buffer.concat(it.frames.map((frame) => frame.pcm)))).toBe(it.ends[0]?.crc32)
  })

  it('has another id and another stream than the turn before', () => {
    const it = rig()
    for (let turn = 0; turn < 3; turn++) {
      it.hear(START)
      it.hear(END)
    }
    expect(new Set(it.starts.map((start) => start.turn)).size).toBe(3)
    expect(it.starts.map((start) => start.stream)).toEqual([1, 2, 3])
  })

  it('does not begin where only the button may, nor while the device itself speaks', () => {
    const it = rig({ trigger: 'button' })
    it.hear(START)
    expect(it.order).toEqual([])
    const other = rig()
    other.ear.speaking(true)
    other.hear(START)
    expect(other.order).toEqual([])
    other.ear.speaking(false)
    other.hear(START)
    expect(other.ear.state).toBe('listening')
  })

  it('begins for a while after an answer also where only the button may, once, and not while muted', () => {
    const it = rig({ trigger: 'button' })
    it.hear(QUIET, 3)
    it.ear.session({ ...session('t0', 'follow_up'), listen_ms: 8_000 })
    // The end of the turn before is kept on the disk only now.
    it.ear.session(session('t0', 'stored'))
    it.hear(START)
    expect(it.starts).toMatchObject([{ trigger: 'voice' }])
    it.hear(END)
    it.hear(START)
    expect(it.starts).toHaveLength(1)
    it.ear.session({ ...session('t1', 'follow_up'), listen_ms: 8_000 })
    it.ear.mute(true)
    it.ear.mute(false)
    it.hear(START)
    expect(it.starts).toHaveLength(1)
    it.ear.session({ ...session('t1', 'follow_up'), listen_ms: 8_000 })
    it.clock.advance(8_000)
    it.hear(START)
    it.ear.session({ ...session('t1', 'follow_up'), listen_ms: 8_000 })
    it.ear.session(session('t1', 'ended'))
    it.hear(START)
    expect(it.starts).toHaveLength(1)
  })

  it('ends at its cap with reason cap', () => {
    const it = rig({ capMs: 1_000 })
    it.hear(START)
    it.hear(SPEECH, 200)
    expect(it.ends).toHaveLength(1)
    expect(it.ends[0]?.reason).toBe('cap')
    const byDetector = rig()
    byDetector.hear(START)
    byDetector.hear({ ...SPEECH, ended: 'cap' })
    expect(byDetector.ends[0]?.reason).toBe('cap')
  })

  it('marks frames whose samples sit at full scale', () => {
    const it = rig()
    it.hear(START, 1, 0)
    it.hear(SPEECH, 1, 0)
    for (let count = 0; count < 2; count++) {
      const pcm = Buffer.alloc(BLOCK_BYTES)
      for (let at = 0; at < pcm.length; at += 2) pcm.writeInt16LE(32_767, at)
      it.ear.block({ pcm, captureUs: 1 })
    }
    it.ear.stop()
    expect(it.frames.map((frame) => (frame.flags & FRAME_FLAGS.clipped) !== 0)).toEqual([false, true])
  })
})

describe('nothing leaves outside a turn', () => {
  it('however long it hears, before, between and after turns', () => {
    const it = rig()
    it.hear(QUIET, 500)
    expect(it.order).toEqual([])
    it.hear(START)
    it.hear(END)
    const sent = it.order.length
    it.hear(QUIET, 500)
    expect(it.order).toHaveLength(sent)
  })

  it('no turn begins without a hub: it is refused, and the pre-roll is not sent later', () => {
    let ready = false
    const it = rig({}, () => ready)
    it.hear(START)
    it.hear(SPEECH, 10)
    it.ear.button(true)
    it.ear.button(false)
    expect(it.ear.listen()).toBe(false)
    expect(it.refusals).toEqual(['no_hub', 'no_hub', 'no_hub'])
    expect(it.order).toEqual([])
    ready = true
    expect(it.ear.listen()).toBe(true)
  })

  it('no turn begins without a microphone', () => {
    const it = rig()
    it.ear.button(true)
    expect(it.refusals).toEqual(['no_microphone'])
    it.hear(QUIET)
    it.ear.microphone(false)
    expect(it.ear.listen()).toBe(false)
    expect(it.refusals).toEqual(['no_microphone', 'no_microphone'])
  })
})

describe('mute', () => {
  it('keeps nothing of what is said while it is on: not one such block is in the next pre-roll', () => {
    const it = rig()
    it.hear(QUIET, 40, 1)
    it.ear.mute(true)
    it.hear(SPEECH, 100, 0x55)
    it.ear.mute(false)
    it.ear.listen()
    it.hear(SPEECH, 3, 2)
    it.ear.stop()
    const sent = Buffer.concat(it.frames.map((frame) => frame.pcm))
    expect(sent.includes(0x55)).toBe(false)
    expect(it.starts[0]?.preroll).toBe(0)
    // what was said before it was muted does not come out afterwards either
    expect(sent.includes(1)).toBe(false)
  })

  it('within a turn ends it with reason muted; the last frame is silence and says so', () => {
    const it = rig()
    it.hear(START, 1, 3)
    it.hear(SPEECH, 4, 3)
    it.ear.mute(true)
    expect(it.ends[0]).toMatchObject({ reason: 'muted', frames: 3 })
    const last = it.frames.at(-1)
    expect(last?.flags).toBe(FRAME_FLAGS.end | FRAME_FLAGS.muted)
    expect(last?.pcm.every((byte) => byte === 0)).toBe(true)
    expect(crc32(Buffer.concat(it.frames.map((frame) => frame.pcm)))).toBe(it.ends[0]?.crc32)
    expect(it.states).toEqual(['listening', 'muted'])
    const sent = it.order.length
    it.hear(START, 50)
    expect(it.order).toHaveLength(sent)
  })

  it('refuses button and command, and says why', () => {
    const it = rig()
    it.hear(QUIET)
    it.ear.mute(true)
    it.ear.button(true)
    it.ear.listen()
    expect(it.refusals).toEqual(['muted', 'muted'])
    expect(it.ear.state).toBe('muted')
  })
})

describe('the button', () => {
  it('held, keeps the turn through silence until it is released', () => {
    const it = rig()
    it.hear(QUIET, 30)
    it.ear.button(true)
    it.hear(SPEECH, 30)
    it.hear(END)
    it.hear(QUIET, 1_000)
    expect(it.ends).toEqual([])
    it.ear.button(false)
    expect(it.ends[0]).toMatchObject({ reason: 'button', trigger: 'button', preroll: 400 })
  })

  it('tapped, begins a turn that ends with the silence', () => {
    const it = rig()
    it.hear(QUIET, 30)
    it.ear.button(true)
    it.hear(QUIET, 5)
    it.ear.button(false)
    it.hear(SPEECH, 30)
    it.hear(END)
    expect(it.ends[0]?.reason).toBe('silence')
  })

  it('tapped with nobody speaking, gives up after five seconds', () => {
    const it = rig()
    it.hear(QUIET, 30)
    it.ear.button(true)
    it.ear.button(false)
    it.hear(QUIET, 249)
    expect(it.ends).toEqual([])
    it.hear(QUIET)
    expect(it.ends[0]?.reason).toBe('silence')
  })

  it('tapped within a turn, ends it; a second press without a release is none', () => {
    const it = rig()
    it.hear(START)
    it.ear.button(true)
    expect(it.ends[0]?.reason).toBe('button')
    it.ear.button(true)
    it.ear.button(false)
    expect(it.starts).toHaveLength(1)
  })

  it('released while somebody still speaks does not begin another turn in the middle of the sentence', () => {
    const it = rig()
    it.hear(QUIET)
    it.ear.button(true)
    it.hear(START)
    it.hear(SPEECH, 40)
    it.ear.button(false)
    it.hear(SPEECH, 40)
    expect(it.resets()).toBe(0)
    expect(it.starts).toHaveLength(1)
  })
})

describe('what ends a turn from outside', () => {
  it('stand_down of this turn, and not of another', () => {
    const it = rig()
    it.hear(START)
    it.ear.session(session('another', 'stand_down'))
    expect(it.ends).toEqual([])
    it.ear.session(session(it.ear.turn ?? '', 'granted'))
    it.ear.session(session(it.ear.turn ?? '', 'stand_down'))
    expect(it.ends[0]).toMatchObject({ reason: 'stood_down', session: 's1', epoch: 3 })
  })

  it('the loss of the microphone, said or noticed after three seconds without a block', () => {
    const it = rig()
    it.hear(START)
    it.ear.microphone(false)
    expect(it.ends[0]?.reason).toBe('microphone_lost')
    const silent = rig()
    silent.hear(START)
    silent.clock.advance(3_000)
    expect(silent.ends).toEqual([])
    silent.clock.advance(500)
    expect(silent.ends[0]?.reason).toBe('microphone_lost')
    silent.clock.advance(60_000)
    expect(silent.ends).toHaveLength(1)
  })

  it('not the watch of a turn that is over', () => {
    const it = rig()
    it.hear(START)
    it.hear(END)
    it.hear(START)
    it.hear(SPEECH, 400)
    expect(it.ends).toHaveLength(1)
  })
})

describe('the frames of a turn', () => {
  it('carry all sound once, in order, and their checksum is that of the whole', () => {
    const block = fc.uint8Array({ minLength: BLOCK_BYTES, maxLength: BLOCK_BYTES })
    fc.assert(
      fc.property(fc.array(block, { minLength: 1, maxLength: 12 }), fc.nat({ max: 12 }), (blocks, preroll) => {
        const sent: Buffer[] = []
        const frames = new TurnFrames(9, preroll, (bytes) => sent.push(bytes))
        for (const [index, pcm] of blocks.entries()) frames.push({ pcm: Buffer.from(pcm), captureUs: index })
        frames.finish(false)
        const decoded = sent.map((bytes) => decodeAudioFrame(bytes) as AudioFrame)
        const whole = Buffer.concat(blocks)
        expect(Buffer.concat(decoded.map((frame) => frame.pcm))).toEqual(whole)
        expect(frames.crc32).toBe(crc32(whole))
        expect(frames.frames).toBe(Math.ceil(blocks.length / 2))
        expect(decoded.filter((frame) => frame.flags & FRAME_FLAGS.end)).toHaveLength(1)
        expect(decoded.map((frame) => frame.seq)).toEqual(decoded.map((_, index) => index))
      }),
      { numRuns: 50 },
    )
  })
})
