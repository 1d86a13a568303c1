import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { listClips } from '../../../hub/voice/clip-folder.ts'
import { REORDER_WINDOW_MS, TURN_MAX_MS, TURN_SILENT_MS } from '../../../shared/limits.ts'
import { WAV_HEADER_BYTES } from '../../../shared/wav-header.ts'
import {
  CAP_FRAMES,
  clock,
  closedAfter,
  closedByHub,
  DEVICE,
  folder,
  lines,
  range,
  recorder,
  reopen,
  send,
  silence,
  sound,
  useRecorder,
} from './recorder-under-test.ts'
import { crcOf, FRAME_BYTES, frameOf, pcmOf, recorded, turnEnd, turnStart } from './sound.ts'

useRecorder()

describe('a turn that the hub closes', () => {
  it('has fallen silent: no frame and no end for ten seconds', async () => {
    recorder.begin(DEVICE, turnStart('t1'))
    clock.advance(TURN_SILENT_MS - 1_000)
    send('t1', 0)
    clock.advance(TURN_SILENT_MS - 1)
    expect(recorder.stats().open).toBe(1)
    const closed = await closedAfter(() => clock.advance(1_000))
    expect(closed).toMatchObject({ device: DEVICE, turn: 't1', message: null, recording: { closedBy: 'silence' } })
    expect(sound(recorded(closed).file)).toEqual(pcmOf(0))
    expect(await recorder.end(DEVICE, turnEnd('t1', 1))).toMatchObject({
      message: { phase: 'end' },
      recording: { file: recorded(closed).file, frames: 1 },
    })
    expect(closedByHub).toHaveLength(1)
  })

  it('is not kept alive by bad frames', async () => {
    recorder.begin(DEVICE, turnStart('t1'))
    const closed = await closedAfter(() => {
      for (let second = 0; second <= TURN_SILENT_MS / 1_000; second++) {
        recorder.frame(DEVICE, 't1', Buffer.from('noise'))
        clock.advance(1_000)
      }
    })
    expect(closed).toMatchObject({ message: null, recording: null })
  })

  it('has reached ten minutes of sound', async () => {
    recorder.begin(DEVICE, turnStart('t1'))
    send('t1', 0, CAP_FRAMES - 2)
    clock.advance(REORDER_WINDOW_MS)
    expect(recorder.stats()).toMatchObject({ open: 1, lost: CAP_FRAMES - 3 })
    const closed = await closedAfter(() => send('t1', CAP_FRAMES - 1))
    const recording = recorded(closed)
    expect(recording).toMatchObject({ closedBy: 'cap', durationMs: TURN_MAX_MS, frames: 3 })
    expect(recording.bytes).toBe(WAV_HEADER_BYTES + CAP_FRAMES * FRAME_BYTES)
    expect(send('t1', CAP_FRAMES - 1)).toEqual(['unknown'])
    expect(recorder.stats()).toMatchObject({ open: 0, late: 1, failed: 0 })
  })

  it('has been open for ten minutes, however little came', async () => {
    recorder.begin(DEVICE, turnStart('t1'))
    const closed = await closedAfter(() => {
      for (let second = 0; second <= TURN_MAX_MS / 1_000; second += 5) {
        recorder.frame(DEVICE, 't1', frameOf(0))
        clock.advance(5_000)
      }
    })
    expect(recorded(closed)).toMatchObject({ closedBy: 'cap', frames: 1, durationMs: 40 })
  })

  it('is the oldest of a device that opens a third', async () => {
    recorder.begin(DEVICE, turnStart('t1'))
    send('t1', 0)
    recorder.begin(DEVICE, turnStart('t2'))
    recorder.begin('hall-pi', turnStart('t3'))
    expect(closedByHub).toEqual([])
    const closed = await closedAfter(() => recorder.begin(DEVICE, turnStart('t4')))
    expect(closed).toMatchObject({ turn: 't1', message: null, recording: { frames: 1, closedBy: 'silence' } })
    expect(recorder.stats().open).toBe(3)
  })

  it('is not one whose end is waiting for its last frames', async () => {
    recorder.begin(DEVICE, turnStart('t1'))
    send('t1', 0)
    const ending = recorder.end(DEVICE, turnEnd('t1', 2))
    for (const turn of ['t2', 't3']) recorder.begin(DEVICE, turnStart(turn))
    send('t1', 1)
    expect(recorder.stats().open).toBe(3)
    expect(recorded(await ending)).toMatchObject({ frames: 2, closedBy: 'device' })
    expect(closedByHub).toEqual([])
  })

  it('is none when only two are open and a third waits for its last frames', async () => {
    for (const turn of ['t1', 't2']) recorder.begin(DEVICE, turnStart(turn))
    send('t1', 0)
    send('t2', 0)
    const ending = recorder.end(DEVICE, turnEnd('t2', 2))
    recorder.begin(DEVICE, turnStart('t3'))
    expect(send('t1', 1)).toEqual(['taken'])
    send('t2', 1)
    await ending
    expect(closedByHub).toEqual([])
  })

  it('is every open one when the recorder stops, and their files are in place then', async () => {
    recorder.begin(DEVICE, turnStart('t1'))
    send('t1', 0)
    recorder.begin(DEVICE, turnStart('t2'))
    send('t2', 0)
    const ending = recorder.end(DEVICE, turnEnd('t2', 2))
    await recorder.stop()
    expect(closedByHub).toMatchObject([{ turn: 't1', message: null, recording: { frames: 1 } }])
    expect(recorded(await ending)).toMatchObject({ frames: 1, lostFrames: 1, closedBy: 'device' })
    expect((await listClips(folder)).map((clip) => clip.finished)).toEqual([true, true])
    recorder.begin(DEVICE, turnStart('t3'))
    expect(recorder.stats().open).toBe(0)
    await recorder.stop()
  })
})

describe('the clips of an earlier run', () => {
  it('are swept unless a row knows them; what this run made stays', async () => {
    const names = ['a', 'b', 'c'].map((letter) => `2025-12-31/${letter.repeat(20)}.wav`)
    const [kept = '', unknown = '', unfinished = ''] = names
    mkdirSync(join(folder, '2025-12-31'))
    for (const name of [kept, unknown, `${unfinished}.part`]) writeFileSync(join(folder, name), 'x')
    await recorder.stop()
    await reopen(folder)
    recorder.begin(DEVICE, turnStart('t1'))
    send('t1', 0)
    const made = recorded(await recorder.end(DEVICE, turnEnd('t1', 1))).file
    await recorder.sweep(new Set([kept, unfinished]))
    expect(await listClips(folder)).toEqual(
      expect.arrayContaining([
        { file: kept, finished: true },
        { file: made, finished: true },
      ]),
    )
    expect(await listClips(folder)).toHaveLength(2)
    await recorder.sweep(new Set())
    expect(await listClips(folder)).toHaveLength(2)
  })

  it('go one by one when their time is over, and nothing outside the folder goes', async () => {
    const outside = join(folder, '..', `${folder.split('/').at(-1)}-outside.wav`)
    writeFileSync(outside, 'x')
    recorder.begin(DEVICE, turnStart('t1'))
    send('t1', 0)
    const { file } = recorded(await recorder.end(DEVICE, turnEnd('t1', 1)))
    await recorder.remove(`../${outside.split('/').at(-1)}`)
    expect(readFileSync(outside, 'utf8')).toBe('x')
    await rm(outside)
    await recorder.remove(file)
    await recorder.remove(file)
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('a turn on a disk that fails', () => {
  it('has no recording, is counted and told once, and the next one is recorded when the disk is back', async () => {
    await recorder.stop()
    const blocked = join(folder, 'blocked')
    writeFileSync(blocked, 'a file where a folder should be')
    await reopen(blocked)
    for (const turn of ['t1', 't2']) {
      recorder.begin(DEVICE, turnStart(turn))
      expect(send(turn, ...range(0, 60))).toEqual(range(0, 60).map(() => 'taken'))
      expect(await recorder.end(DEVICE, turnEnd(turn, 60))).toMatchObject({ message: { turn }, recording: null })
    }
    expect(recorder.stats()).toMatchObject({ open: 0, failed: 2, frames: 120 })
    expect(lines).toEqual(['a turn is not recorded: the disk refused it'])
    await rm(blocked)
    recorder.begin(DEVICE, turnStart('t3'))
    send('t3', 0)
    expect(recorded(await recorder.end(DEVICE, turnEnd('t3', 1))).frames).toBe(1)
  })
})

describe('any order and any loss', () => {
  it('gives a file as long as its last frame says, and the right checksum only when nothing was lost', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            jitter: fc.integer({ min: 0, max: REORDER_WINDOW_MS - 1 }),
            lost: fc.boolean(),
            twice: fc.boolean(),
          }),
          { minLength: 1, maxLength: 60 },
        ),
        fc.boolean(),
        async (plan, lossless) => {
          const turn = `p-${Math.abs(clock.mono())}`
          recorder.begin(DEVICE, turnStart(turn))
          const frames = plan.map(({ jitter, lost, twice }, seq) => ({
            seq,
            at: seq * 40 + jitter,
            lost: lost && !lossless,
            twice,
          }))
          const arriving = frames.filter((frame) => !frame.lost).sort((a, b) => a.at - b.at)
          let now = 0
          for (const { seq, at, twice } of arriving) {
            clock.advance(at - now)
            now = at
            send(turn, ...(twice ? [seq, seq] : [seq]))
          }
          const ending = recorder.end(DEVICE, turnEnd(turn, frames.length))
          clock.advance(REORDER_WINDOW_MS)
          const { recording } = await ending
          const seqs = arriving.map((frame) => frame.seq).sort((a, b) => a - b)
          const last = seqs.at(-1)
          if (last === undefined) expect(recording).toBeNull()
          else {
            const made = recorded({ recording })
            const pieces = range(0, last + 1).map((seq) => (frames[seq]?.lost ? silence(1) : pcmOf(seq)))
            expect(sound(made.file)).toEqual(Buffer.concat(pieces))
            expect(made.frames).toBe(seqs.length)
            expect(made.lostFrames).toBe(frames.length - seqs.length)
            expect(made.crc32 === crcOf(frames.length)).toBe(seqs.length === frames.length)
          }
          clock.advance(1)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('holds for a burst in any order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(range(0, 25), { minLength: 25 }), async (order) => {
        const turn = `b-${clock.mono()}`
        clock.advance(1)
        recorder.begin(DEVICE, turnStart(turn))
        send(turn, ...order)
        const made = recorded(await recorder.end(DEVICE, turnEnd(turn, 25)))
        expect(made).toMatchObject({ frames: 25, lostFrames: 0, crc32: crcOf(25) })
      }),
      { numRuns: 30 },
    )
  })
})
