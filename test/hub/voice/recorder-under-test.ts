import { mkdtempSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { type FinishedTurn, TurnRecorder } from '../../../hub/voice/turn-recorder.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { TURN_MAX_MS } from '../../../shared/limits.ts'
import { silentLog } from '../../../shared/log.ts'
import { WAV_HEADER_BYTES } from '../../../shared/wav-header.ts'
import { FRAME_BYTES, frameOf } from './sound.ts'

export const DEVICE = 'kitchen-pi'
export const CAP_FRAMES = TURN_MAX_MS / 40

/** The recorder of the running test, made anew for each. */
export let folder: string
export let clock: ManualClock
export let recorder: TurnRecorder
export let lines: string[]
export let closedByHub: FinishedTurn[]
let nextClosed: (turn: FinishedTurn) => void

/** Call once in a test file: every test gets a recorder over an empty folder. */
export function useRecorder(): void {
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'clips-'))
    clock = new ManualClock()
    lines = []
    await reopen(folder)
  })
  afterEach(async () => {
    await recorder.stop()
    await rm(folder, { recursive: true, force: true })
  })
}

/** Another recorder in the place of the first, over this folder. */
export async function reopen(clips: string): Promise<void> {
  recorder = await open(clips)
}

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
export function closedAfter(cause: () => void): Promise<FinishedTurn> {
  return new Promise((resolve) => {
    nextClosed = resolve
    cause()
  })
}

export function send(turn: string, ...seqs: number[]): string[] {
  return seqs.map((seq) => recorder.frame(DEVICE, turn, frameOf(seq)))
}

export const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index)
export const sound = (file: string) => readFileSync(join(folder, file)).subarray(WAV_HEADER_BYTES)
export const silence = (frames: number) => Buffer.alloc(frames * FRAME_BYTES)
