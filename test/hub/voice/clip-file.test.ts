import { mkdtempSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SoundTaker } from '../../../hub/contract/sound-taker.ts'
import { ClipFile } from '../../../hub/voice/clip-file.ts'
import { listClips } from '../../../hub/voice/clip-folder.ts'
import { TakerQueue } from '../../../hub/voice/taker-queue.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { WAV_HEADER_BYTES } from '../../../shared/wav-header.ts'
import { settled } from './listener.ts'
import { FRAME_BYTES, pcmOf } from './sound.ts'

const FRAMES_PER_S = 25

let folder: string
let clock: ManualClock
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clips-'))
  clock = new ManualClock()
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** A recording that is offered sound within one turn of the event loop, in which the disk cannot have answered. */
function recordingOf(frames: number) {
  const clip = new ClipFile(folder, clock)
  const counts = { taken: 0, dropped: 0, failed: 0 }
  const faults: string[] = []
  const ended = Promise.withResolvers<void>()
  const taker: SoundTaker = {
    name: clip.name,
    rule: clip.rule,
    take: (piece) => clip.take(piece),
    end(end) {
      ended.resolve(clip.end(end))
    },
  }
  const queue = new TakerQueue({ taker, clock, counts, failed: (error) => faults.push(error.message) })
  const offer = (from: number, to: number) => {
    for (let seq = from; seq < to; seq++) queue.offer({ kind: 'sound', pcm: pcmOf(seq) })
  }
  offer(0, frames)
  return { clip, queue, faults, counts, offer, ended: ended.promise }
}

/** Whether there is no clip before the disk can have done anything. */
async function isNoneAtOnce(clip: ClipFile): Promise<boolean> {
  let answered = false
  setImmediate(() => {
    answered = true
  })
  return (await clip.clip) === null && !answered
}

describe('the recording of a turn', () => {
  it('is half a minute behind and loses nothing', async () => {
    // The first second is at the disk; half a minute waits for it.
    const frames = 31 * FRAMES_PER_S
    const { clip, queue, faults } = recordingOf(frames)
    queue.end('device')
    const made = await clip.clip
    expect(made).toMatchObject({ bytes: WAV_HEADER_BYTES + frames * FRAME_BYTES, durationMs: 31_000 })
    const content = readFileSync(join(folder, made?.file ?? ''))
    const sound = Buffer.concat(Array.from({ length: frames }, (_, seq) => pcmOf(seq)))
    expect(content.subarray(WAV_HEADER_BYTES).equals(sound)).toBe(true)
    expect(faults).toEqual([])
  })

  it('is none when the disk is further behind than that: nothing waits for it, and no file is left', async () => {
    const { clip, queue, faults, counts, offer, ended } = recordingOf(50)
    while (counts.taken < 50 * 640) await settled()
    expect(await listClips(folder)).toMatchObject([{ finished: false }])
    offer(0, 31 * FRAMES_PER_S + 1)
    expect(faults).toEqual(['it is 30.0 s behind'])
    expect(queue.waitingMs).toBe(0)
    expect(await isNoneAtOnce(clip)).toBe(true)
    offer(0, 1)
    queue.end('device')
    await ended
    expect(await listClips(folder)).toEqual([])
    expect(counts).toEqual({ taken: (50 + 24) * 640, dropped: (30 * FRAMES_PER_S + 3) * 640, failed: 1 })
  })

  it('is none when the disk has not taken it two minutes after the turn: nobody waits longer, and no file is left', async () => {
    const { clip, queue, faults, ended } = recordingOf(50)
    queue.end('device')
    clock.advance(120_000)
    expect(faults).toEqual(['it was not done 120 s after the turn'])
    expect(await isNoneAtOnce(clip)).toBe(true)
    await ended
    expect(await listClips(folder)).toEqual([])
  })

  it('is finished when the hub stops', async () => {
    const { clip, queue } = recordingOf(50)
    queue.end('stop')
    expect(await clip.clip).toMatchObject({ durationMs: 2_000 })
  })
})
