import { expect } from 'vitest'
import { BLOCK_BYTES } from '../../../edge/hearing/block.ts'
import type { EarOptions, EarState, Refusal, TurnSink } from '../../../edge/hearing/ear.ts'
import { Ear } from '../../../edge/hearing/ear.ts'
import type { VadDecision } from '../../../edge/hearing/vad.ts'
import { ManualClock } from '../../../shared/clock.ts'
import type { AudioFrame } from '../../../shared/messages/audio-frame.ts'
import { decodeAudioFrame } from '../../../shared/messages/audio-frame.ts'
import type { Session } from '../../../shared/messages/session.ts'
import type { Turn } from '../../../shared/messages/turn.ts'
import type { Wake } from '../../../shared/messages/wake.ts'

export const QUIET: VadDecision = { speech: false, started: false, ended: null, levelDb: -60, floorDb: -60, score: 0 }
export const START: VadDecision = { ...QUIET, speech: true, started: true, levelDb: -20, score: 0.9 }
export const SPEECH: VadDecision = { ...START, started: false }
export const END: VadDecision = { ...SPEECH, ended: 'silence' }

/** An ear whose detector says what a test says, and what came of it. */
export interface Rig {
  ear: Ear
  clock: ManualClock
  wakes: Wake[]
  starts: Turn[]
  ends: Turn[]
  frames: AudioFrame[]
  order: string[]
  states: EarState[]
  refusals: Refusal[]
  silences: (number | null)[]
  resets: () => number
  /** One block whose bytes are all `fill`, with what the detector says of it. */
  hear(decision: VadDecision, count?: number, fill?: number): void
}

export function rig(options: Partial<EarOptions> = {}, ready = () => true): Rig {
  const clock = new ManualClock()
  let next = QUIET
  let resets = 0
  let filler = 0
  const made: Omit<Rig, 'ear' | 'hear' | 'resets'> = {
    clock,
    wakes: [],
    starts: [],
    ends: [],
    frames: [],
    order: [],
    states: [],
    refusals: [],
    silences: [],
  }
  const sink: TurnSink = {
    ready,
    wake: (message) => {
      made.order.push('wake')
      made.wakes.push(message)
    },
    start: (message) => {
      made.order.push('start')
      made.starts.push(message)
    },
    frame: (turn, bytes) => {
      const frame = decodeAudioFrame(bytes)
      if (typeof frame === 'string') throw new Error(frame)
      expect(turn).toBe(made.starts.at(-1)?.turn)
      made.order.push('frame')
      made.frames.push(frame)
    },
    end: (message) => {
      made.order.push('end')
      made.ends.push(message)
    },
  }
  const ear = new Ear({
    clock,
    sink,
    trigger: 'both',
    vad: {
      next: () => next,
      reset: () => {
        resets += 1
      },
      endsAfter: (silenceMs) => void made.silences.push(silenceMs),
    },
    onState: (state) => made.states.push(state),
    onRefused: (refusal) => made.refusals.push(refusal),
    ...options,
  })
  return {
    ...made,
    ear,
    resets: () => resets,
    hear(decision, count = 1, fill) {
      for (let index = 0; index < count; index++) {
        next = decision
        clock.advance(20)
        filler = (filler + 1) & 0x7f
        ear.block({ pcm: Buffer.alloc(BLOCK_BYTES, fill ?? filler), captureUs: clock.mono() * 1_000 - 20_000 })
      }
    },
  }
}

export function session(turn: string, step: Session['step']): Session {
  return { session: 's1', epoch: 3, turn, step }
}
