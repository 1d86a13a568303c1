import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { listClips } from '../../../hub/voice/clip-folder.ts'
import { type FinishedTurn, TurnRecorder } from '../../../hub/voice/turn-recorder.ts'
import { WAV_HEADER_BYTES, wavHeader } from '../../../hub/voice/wav-header.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { REORDER_WINDOW_MS, TURN_MAX_MS, TURN_SILENT_MS } from '../../../shared/limits.ts'
import { silentLog } from '../../../shared/log.ts'
import { crcOf, FRAME_BYTES, frameOf, pcmOf, recorded, turnEnd, turnStart } from './sound.ts'

const DEVICE = 'kitchen-pi'
const CAP_FRAMES = TURN_MAX_MS / 40

let folder: string
let clock: ManualClock
let recorder: TurnRecorder
let lines: string[]
let closedByHub: FinishedTurn[]
let nextClosed: (turn: FinishedTurn) => void

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clips-'))
  clock = new ManualClock()
  lines = []
  recorder = await open(folder)
})
afterEach(async () => {
  await recorder.stop()
  await rm(folder, { recursive: true, force: true })
})

async function open(clips: string): Promise<TurnRecorder> {
  closedByHub = []
  nextClosed = () => {}
  const made = new TurnRecorder({
    folder: clips,
    clock,
    log: { ...silentLog, warn: (_, message) => lines.push(message), error: (_, message) => lines.push(message) },
    closed(turn) {
      closedByHub.push(turn)
      nextClosed(turn)
    },
  })
  await made.start()
  return made
}

/** What the hub closes itself because of what `cause` does. */
function closedAfter(cause: () => void): Promise<FinishedTurn> {
  return new Promise((resolve) => {
    nextClosed = resolve
    cause()
  })
}

function send(turn: string, ...seqs: number[]): string[] {
  return seqs.map((seq) => recorder.frame(DEVICE, turn, frameOf(seq)))
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index)
const sound = (file: string) => readFileSync(join(folder, file)).subarray(WAV_HEADER_BYTES)
const silence = (frames: number) => Buffer.alloc(frames * FRAME_BYTES)

describe('a recorded turn', () => {
  it('is a file with every frame, in place when its end is answered', async () => {
    recorder.begin(DEVICE, turnStart('t1'))
    send('t1', ...range(0, 61))
    const finished = await recorder.end(DEVICE, turnEnd('t1', 61))
    expect(finished).toMatchObject({ device: DEVICE, turn: 't1', message: { phase: 'end', frames: 61 } })
    const recording = recorded(finished)
    const content = readFileSync(join(folder, recording.file))
    expect(content).toEqual(Buffer.concat([wavHeader(61 * FRAME_BYTES), ...range(0, 61).map((seq) => pcmOf(seq))]))
    expect(recording).toEqual({
      file: expect.stringMatching(/^2026-01-01\/[0-9a-z]{20}\.wav$/),
      bytes: content.length,
      frames: 61,
      lostFrames: 0,
      durationMs: 2_440,
      sha256: createHash('sha256').update(content).digest('hex'),
      crc32: crcOf(61),
      closedBy: 'device',
    })
    expect(await listClips(folder)).toEqual([{ file: recording.file, finished: true }])
    expect(recorder.stats()).toEqual({ open: 0, frames: 61, lost: 0, bad: 0, late: 0, duplicates: 0, failed: 0 })
  })

  it('is put in order of seq, whatever the order of arrival', async () => {
    recorder.begin(DEVICE, turnStart('t1'))
    send('t1', 2, 0, 1, 4, 3)
    const { file, crc32 } = recorded(await recorder.end(DEVICE, turnEnd('t1', 5)))
    expect(sound(file)).toEqual(Buffer.concat(range(0, 5).map((seq) => pcmOf(seq))))
    expect(crc32).toBe(crcOf(5))
  })

  it('has silence where frames were lost, and its checksum is of what came', async () => {
    recorder.begin(DEVICE, turnStart('t1'))
    send('t1', 0, 1, 4)
    clock.advance(REORDER_WINDOW_MS)
    send('t1', 5)
    const recording = recorded(await recorder.end(DEVICE, turnEnd('t1', 6)))
    expect(sound(recording.file)).toEqual(Buffer.concat([pcmOf(0), pcmOf(1), silence(2), pcmOf(4), pcmOf(5)]))
    expect(recording).toMatchObject({ frames: 4, lostFrames: 2, durationMs: 240 })
    expect(recording.crc32).toBe([0, 1, 4, 5].reduce((crc, seq) => crc32(pcmOf(seq), crc), 0))
  })

  it('takes the length of a lost frame from those that came, short last ones apart', async () => {
    recorder.begin(DEVICE, turnStart('t1'))
    for (const [seq, samples] of [
      [0, 320],
      [2, 320],
      [4, 100],
    ] as const)
      recorder.frame(DEVICE, 't1', frameOf(seq, { samples }))
    clock.advance(REORDER_WINDOW_MS)
    const recording = recorded(await recorder.end(DEVICE, turnEnd('t1', 5)))
    expect(sound(recording.file)).toEqual(
      Buffer.concat([pcmOf(0, 320), Buffer.alloc(640), pcmOf(2, 320), Buffer.alloc(640), pcmOf(4, 100)]),
    )
  })

  it('has every frame once, however often it comes', async () => {
    recorder.begin(DEVICE, turnStart('t1'))
    expect(send('t1', 0, 0, 1, 2, 1)).toEqual(['taken', 'taken', 'taken', 'taken', 'taken'])
    const recording = recorded(await recorder.end(DEVICE, turnEnd('t1', 3)))
    expect(recording).toMatchObject({ frames: 3, crc32: crcOf(3) })
    expect(recorder.stats()).toMatchObject({ frames: 3, duplicates: 2, late: 0 })
  })

  it('counts a frame as late when its place is silence already', async () => {
    recorder.begin(DEVICE, turnStart('t1'))
    send('t1', 1)
    clock.advance(REORDER_WINDOW_MS)
    send('t1', 0)
    const recording = recorded(await recorder.end(DEVICE, turnEnd('t1', 2)))
    expect(sound(recording.file)).toEqual(Buffer.concat([silence(1), pcmOf(1)]))
    expect(recording).toMatchObject({ frames: 1, lostFrames: 1 })
    expect(recorder.stats()).toMatchObject({ late: 1, lost: 1 })
  })

  it('refuses what is no frame of its stream, and is none the worse', async () => {
    recorder.begin(DEVICE, turnStart('t1'))
    const good = frameOf(0)
    const bad = [
      Buffer.alloc(0),
      good.subarray(0, 23),
      good.subarray(0, good.length - 1),
      Buffer.concat([good, Buffer.alloc(1)]),
      Buffer.concat([good, Buffer.alloc(8_000)]),
      Buffer.from('{"seq":0}'),
      frameOf(0, { stream: 8 }),
      frameOf(CAP_FRAMES),
      frameOf(0xffff_ffff),
      frameOf(0xffff_ffff, { samples: 0 }),
    ]
    for (const payload of bad) expect(recorder.frame(DEVICE, 't1', payload)).toBe('bad')
    expect(recorder.frame(DEVICE, 't1', good)).toBe('taken')
    expect(recorder.stats()).toMatchObject({ bad: bad.length, frames: 1, lost: 0 })
    expect(recorded(await recorder.end(DEVICE, turnEnd('t1', 1))).bytes).toBe(WAV_HEADER_BYTES + FRAME_BYTES)
  })

  it('leaves no file when there was no sound', async () => {
    recorder.begin(DEVICE, turnStart('t1'))
    expect(await recorder.end(DEVICE, turnEnd('t1', 0))).toMatchObject({ turn: 't1', recording: null })
    expect(readdirSync(folder)).toEqual([])
    expect(recorder.stats()).toMatchObject({ open: 0, failed: 0 })
  })

  it('is begun once, however often its start comes, and not again after its end', async () => {
    recorder.begin(DEVICE, turnStart('t1'))
    send('t1', 0)
    recorder.begin(DEVICE, turnStart('t1', { stream: 8 }))
    expect(send('t1', 1)).toEqual(['taken'])
    expect(recorded(await recorder.end(DEVICE, turnEnd('t1', 2))).frames).toBe(2)
    recorder.begin(DEVICE, turnStart('t1'))
    expect(send('t1', 2)).toEqual(['unknown'])
    expect(recorder.stats()).toMatchObject({ open: 0, late: 1 })
  })

  it('is apart from another of the same device and from one of the same name elsewhere', async () => {
    recorder.begin(DEVICE, turnStart('t1'))
    recorder.begin(DEVICE, turnStart('t2', { stream: 8 }))
    recorder.begin('hall-pi', turnStart('t1'))
    for (const seq of range(0, 3)) {
      recorder.frame(DEVICE, 't1', frameOf(seq))
      recorder.frame(DEVICE, 't2', frameOf(seq, { stream: 8 }))
      if (seq < 2) recorder.frame('hall-pi', 't1', frameOf(seq))
    }
    const [one, two, hall] = await Promise.all([
      recorder.end(DEVICE, turnEnd('t1', 3)),
      recorder.end(DEVICE, turnEnd('t2', 3)),
      recorder.end('hall-pi', turnEnd('t1', 2)),
    ])
    expect([one, two, hall].map((turn) => recorded(turn).frames)).toEqual([3, 3, 2])
    expect(new Set([one, two, hall].map((turn) => recorded(turn).file)).size).toBe(3)
  })
})

describe('the end of a turn', () => {
  it('waits for the last frames, and no longer than until they are there', async () => {
    recorder.begin(DEVICE, turnStart('t1'))
    send('t1', 0, 1)
    const ending = recorder.end(DEVICE, turnEnd('t1', 4))
    clock.advance(REORDER_WINDOW_MS - 1)
    send('t1', 3, 2)
    expect(recorded(await ending)).toMatchObject({ frames: 4, lostFrames: 0, crc32: crcOf(4) })
  })

  it('counts the frames that never came after it as lost', async () => {
    recorder.begin(DEVICE, turnStart('t1'))
    send('t1', 0, 1)
    const ending = recorder.end(DEVICE, turnEnd('t1', 4))
    clock.advance(REORDER_WINDOW_MS)
    const recording = recorded(await ending)
    expect(recording).toMatchObject({ frames: 2, lostFrames: 2, durationMs: 80 })
    expect(recorder.stats()).toMatchObject({ lost: 2 })
  })

  it('believes no count beyond the longest turn', async () => {
    recorder.begin(DEVICE, turnStart('t1'))
    send('t1', 0)
    const ending = recorder.end(DEVICE, turnEnd('t1', 1, { frames: Number.MAX_SAFE_INTEGER }))
    clock.advance(REORDER_WINDOW_MS)
    expect(recorded(await ending)).toMatchObject({ frames: 1, lostFrames: CAP_FRAMES - 1, durationMs: 40 })
  })

  it('waits for nothing when the device gave no count and nothing is missing', async () => {
    recorder.begin(DEVICE, turnStart('t1'))
    send('t1', 0, 1)
    const { frames: _, ...end } = turnEnd('t1', 2)
    expect(recorded(await recorder.end(DEVICE, end))).toMatchObject({ frames: 2, lostFrames: 0 })
  })

  it('is answered with the same recording when it is repeated, during and after the first', async () => {
    recorder.begin(DEVICE, turnStart('t1'))
    send('t1', 0)
    const [first, during] = await Promise.all([
      recorder.end(DEVICE, turnEnd('t1', 1)),
      recorder.end(DEVICE, turnEnd('t1', 1)),
    ])
    const after = await recorder.end(DEVICE, turnEnd('t1', 1))
    expect(recorded(first).frames).toBe(1)
    expect(during).toEqual(first)
    expect(after).toEqual(first)
    expect(await listClips(folder)).toHaveLength(1)
  })

  it('is answered as often as it came while its last frames are waited for', async () => {
    recorder.begin(DEVICE, turnStart('t1'))
    send('t1', 0)
    const ends = [1, 2, 3].map(() => recorder.end(DEVICE, turnEnd('t1', 2)))
    send('t1', 1)
    const [first, ...others] = await Promise.all(ends)
    expect(first).toMatchObject({ recording: { frames: 2 } })
    expect(others).toEqual([first, first])
  })

  it('is remembered for a thousand turns, not for ever', async () => {
    for (const index of range(0, 1_001)) {
      recorder.begin(DEVICE, turnStart(`t${index}`))
      await recorder.end(DEVICE, turnEnd(`t${index}`, 0))
    }
    recorder.begin(DEVICE, turnStart('t1'))
    expect(recorder.stats().open).toBe(0)
    recorder.begin(DEVICE, turnStart('t0'))
    expect(recorder.stats().open).toBe(1)
  })

  it('of a turn nobody knows has no recording', async () => {
    expect(await recorder.end(DEVICE, turnEnd('t9', 3))).toMatchObject({ turn: 't9', recording: null })
    expect(recorder.frame(DEVICE, 't9', frameOf(0))).toBe('unknown')
    expect(recorder.stats()).toMatchObject({ late: 0, bad: 0 })
  })
})

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
    recorder = await open(folder)
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
    recorder = await open(blocked)
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
