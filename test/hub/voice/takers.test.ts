import { mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FinishedTurn, TurnRecorder } from '../../../hub/voice/turn-recorder.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { REORDER_WINDOW_MS, TURN_MAX_MS, TURN_SILENT_MS } from '../../../shared/limits.ts'
import { type LogFields, silentLog } from '../../../shared/log.ts'
import { inWords, Listener } from './listener.ts'
import { CAP_FRAMES, DEVICE, range } from './recorder-under-test.ts'
import { frameOf, recorded, turnEnd, turnStart } from './sound.ts'

let folder: string
let clock: ManualClock
let lines: LogFields[]
let closedByHub: FinishedTurn[]
/** The takers of the turns of this test, in the order of their beginning. */
let listeners: Listener[]
let recorder: TurnRecorder

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clips-'))
  clock = new ManualClock()
  await record(() => {
    const listener = new Listener()
    listener.prompt = true
    return [listener]
  })
})
afterEach(async () => {
  await recorder.stop()
  await rm(folder, { recursive: true, force: true })
})

/** A recorder for which each turn is also heard by what `takers` makes. */
async function record(takers: () => Listener[], clips = folder): Promise<void> {
  lines = []
  closedByHub = []
  listeners = []
  recorder = new TurnRecorder({
    folder: clips,
    clock,
    log: { ...silentLog, warn: (fields) => lines.push(fields) },
    closed: (turn) => closedByHub.push(turn),
    takers() {
      const made = takers()
      listeners.push(...made)
      return made
    },
  })
  await recorder.start()
}

function send(turn: string, ...seqs: number[]): void {
  for (const seq of seqs) recorder.frame(DEVICE, turn, frameOf(seq))
}

function say(turn: string, ...seqs: number[]): void {
  recorder.begin(DEVICE, turnStart(turn))
  send(turn, ...seqs)
}

const end = (turn: string, frames: number) => recorder.end(DEVICE, turnEnd(turn, frames))
const heard = (listener?: Listener) => listener?.pieces.map(inWords)
const ends = () => listeners.map((listener) => listener.ends)

describe('who takes the sound of a turn', () => {
  it('has every frame in order and what is missing with its length, as the file has', async () => {
    say('t1', 1, 0, 2, 5)
    expect(heard(listeners[0])).toEqual([0, 1, 2])
    clock.advance(REORDER_WINDOW_MS)
    send('t1', 4, 7, 6)
    const recording = recorded(await end('t1', 8))
    expect(heard(listeners[0])).toEqual([0, 1, 2, 'lost 80, dropped 0', 5, 6, 7])
    expect(recording).toMatchObject({ frames: 6, lostFrames: 2, durationMs: 320 })
    expect(ends()).toEqual([['device']])
    const seconds = { taken_s: 0.24, dropped_s: 0, failed: 0 }
    expect(recorder.stats().takers).toEqual({ file: seconds, level: seconds, recognition: seconds })
  })

  it('is made anew for each turn, and counted by its kind', async () => {
    say('t1', 0)
    say('t2', 0, 1)
    await Promise.all([end('t1', 1), end('t2', 2)])
    expect(listeners.map((listener) => heard(listener))).toEqual([[0], [0, 1]])
    expect(recorder.stats().takers.recognition?.taken_s).toBe(0.12)
  })

  it('delays neither the file nor the others nor the end of the turn when it hangs', async () => {
    await record(() => [new Listener(), Object.assign(new Listener({}, 'captions'), { prompt: true })])
    say('t1', ...range(0, 500))
    const recording = recorded(await end('t1', 500))
    expect(recording).toMatchObject({ frames: 500, durationMs: 20_000 })
    const [hanging, prompt] = listeners
    expect(heard(hanging)).toEqual([0])
    expect(heard(prompt)).toEqual(range(0, 500))
    expect(ends()).toEqual([[], ['device']])
    clock.advance(5_000)
    expect(ends()).toEqual([['behind'], ['device']])
    expect(recorder.stats().takers).toMatchObject({
      file: { taken_s: 20, dropped_s: 0, failed: 0 },
      recognition: { taken_s: 0, dropped_s: 20, failed: 1 },
      captions: { taken_s: 20, dropped_s: 0, failed: 0 },
    })
    expect(lines).toEqual([
      { device: DEVICE, taker: 'recognition', reason: 'it was not done 5 s after the turn', held: 0 },
    ])
  })

  it('is contained and named when it throws, and the file has everything', async () => {
    const broken = () =>
      Object.assign(new Listener(), {
        take(): void {
          throw new Error('no model')
        },
      })
    await record(() => [broken()])
    say('t1', ...range(0, 30))
    expect(recorded(await end('t1', 30))).toMatchObject({ frames: 30, durationMs: 1_200 })
    expect(ends()).toEqual([['failed']])
    expect(lines).toEqual([{ device: DEVICE, taker: 'recognition', reason: 'no model', held: 0 }])
    expect(recorder.stats()).toMatchObject({
      failed: 0,
      takers: { recognition: { taken_s: 0, dropped_s: 1.2, failed: 1 }, level: { taken_s: 1.2 } },
    })
  })

  it('is none when it cannot be made, and the turn is recorded all the same', async () => {
    await record(() => {
      throw new Error('no engine')
    })
    say('t1', 0)
    expect(recorded(await end('t1', 1)).frames).toBe(1)
    expect(lines).toEqual([{ device: DEVICE, reason: 'no engine', held: 0 }])
  })

  it('goes on when the disk refuses the recording', async () => {
    const blocked = join(folder, 'blocked')
    writeFileSync(blocked, 'a file where a folder should be')
    await record(() => [Object.assign(new Listener(), { prompt: true })], blocked)
    say('t1', ...range(0, 60))
    expect(await end('t1', 60)).toMatchObject({ recording: null, level: { peakDb: expect.any(Number) } })
    expect(heard(listeners[0])).toEqual(range(0, 60))
    expect(ends()).toEqual([['device']])
    expect(recorder.stats()).toMatchObject({ failed: 1, takers: { file: { taken_s: 0.96, failed: 1 } } })
  })
})

describe('every taker hears its end once, whichever way the turn goes', () => {
  it('ended by the device, however often it says so', async () => {
    say('t1', 0)
    await Promise.all([end('t1', 1), end('t1', 1)])
    await end('t1', 1)
    await recorder.stop()
    expect(ends()).toEqual([['device']])
  })

  it('without a single frame', async () => {
    say('t1')
    await end('t1', 0)
    expect(ends()).toEqual([['device']])
  })

  it('fallen silent', () => {
    say('t1', 0)
    clock.advance(TURN_SILENT_MS + 1_000)
    expect(ends()).toEqual([['silence']])
  })

  it('as long as a turn may be', () => {
    say('t1', CAP_FRAMES - 1)
    clock.advance(REORDER_WINDOW_MS)
    expect(ends()).toEqual([['cap']])
    expect(listeners[0]?.pieces).toMatchObject([{ kind: 'gap', lost: (TURN_MAX_MS - 40) * 16 }, { kind: 'sound' }])
  })

  it('one too many of its device', () => {
    for (const turn of ['t1', 't2', 't3']) say(turn, 0)
    expect(ends()).toEqual([['silence'], [], []])
  })

  it('open, ending or just over when the hub stops', async () => {
    await record(() => [new Listener()])
    say('open', 0, 1)
    say('ending', 0)
    const ending = end('ending', 2)
    say('over', 0)
    await end('over', 1)
    expect(ends()).toEqual([[], [], []])
    await recorder.stop()
    expect(ends()).toEqual([['stop'], ['stop'], ['stop']])
    expect(recorded(await ending).closedBy).toBe('device')
    expect(closedByHub).toMatchObject([{ turn: 'open', recording: { closedBy: 'stop', frames: 2 } }])
    await recorder.stop()
    clock.advance(60_000)
    expect(ends()).toEqual([['stop'], ['stop'], ['stop']])
  })
})

describe('the level of a turn', () => {
  it('is part of what the recorder knows of it, and the last one of each device is kept', async () => {
    say('t1', ...range(0, 30))
    const { level } = await end('t1', 30)
    expect(level?.perSecond.rmsDb).toHaveLength(2)
    expect(level?.peakDb).toBeLessThan(-20)
    expect(recorder.levels()).toEqual([{ device: DEVICE, level }])
    say('t2', 4_000)
    clock.advance(TURN_SILENT_MS + 1_000)
    await expect.poll(() => closedByHub).toMatchObject([{ turn: 't2', level: { peakDb: expect.any(Number) } }])
    expect(recorder.levels()).toEqual([{ device: DEVICE, level: closedByHub[0]?.level }])
    say('t3')
    expect(await end('t3', 0)).toMatchObject({ level: null })
    expect(recorder.levels()).toHaveLength(1)
  })

  it('is forgotten with a device that is revoked, also when a turn of it ends later', async () => {
    say('t1', ...range(0, 30))
    await end('t1', 30)
    say('t2', 0)
    recorder.forget(DEVICE)
    expect(recorder.levels()).toEqual([])
    await end('t2', 1)
    expect(recorder.levels()).toEqual([])
  })
})
