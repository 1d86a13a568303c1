import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { listClips } from '../../../hub/voice/clip-folder.ts'
import { REORDER_WINDOW_MS } from '../../../shared/limits.ts'
import { WAV_HEADER_BYTES, wavHeader } from '../../../shared/wav-header.ts'
import {
  CAP_FRAMES,
  clock,
  DEVICE,
  folder,
  range,
  recorder,
  send,
  silence,
  sound,
  useRecorder,
} from './recorder-under-test.ts'
import { crcOf, FRAME_BYTES, frameOf, pcmOf, recorded, turnEnd, turnStart } from './sound.ts'

useRecorder()

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
    expect(recorder.stats()).toEqual({
      open: 0,
      frames: 61,
      lost: 0,
      bad: 0,
      late: 0,
      duplicates: 0,
      failed: 0,
      takers: {
        file: { taken_s: 2.44, dropped_s: 0, failed: 0 },
        level: { taken_s: 2.44, dropped_s: 0, failed: 0 },
      },
    })
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
