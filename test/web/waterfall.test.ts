import { describe, expect, it } from 'vitest'
import type { TalkShown } from '../../web/hub/answers.ts'
import { storyLines } from '../../web/screens/conversations/talk-story.ts'
import { waterfallOf } from '../../web/screens/conversations/waterfall-shape.ts'

const STAGES = {
  began: 0,
  ended: 1_000,
  heard: 1_400,
  answer_first: 1_410,
  voice_first: 1_500,
  sent_first: 1_501,
  sounds: 1_520,
}

describe('the waterfall of a turn', () => {
  it('has each step of the wait on one clock, from the end of what was said to the first sound', () => {
    expect(waterfallOf({ ...STAGES, over: 3_000 })).toEqual({
      ...{ spokeMs: 1_000, waitMs: 520, answerMs: 1_480 },
      steps: [
        { step: 'heard', from: 0, ms: 400 },
        { step: 'answer_first', from: 400, ms: 10 },
        { step: 'voice_first', from: 410, ms: 90 },
        { step: 'sent_first', from: 500, ms: 1 },
        { step: 'sounds', from: 501, ms: 19 },
      ],
      longest: { step: 'heard', from: 0, ms: 400 },
    })
  })

  it('is none where no sound came, and goes on without stages that are not known or make no sense', () => {
    expect(waterfallOf(null)).toBeNull()
    expect(waterfallOf({ began: 0, ended: 1_000, heard: 1_400 })).toBeNull()
    expect(waterfallOf({ ended: 1_000, sounds: 900 })).toBeNull()
    expect(waterfallOf({ silent: 1_000, heard: 700, voice_first: 9_000, sounds: 1_200 })?.steps).toEqual([
      { step: 'heard', from: 0, ms: 0 },
      { step: 'voice_first', from: 0, ms: 200 },
      { step: 'sounds', from: 200, ms: 0 },
    ])
  })
})

describe('a conversation', () => {
  const message = (at: number, role: string, turn: string | null) => ({
    ...{ created_at: at, role, content: role, turn },
    ...{ latency_ms: null, by: null, cut: false, stages: null },
  })
  const turn = (name: string, at: number) => ({
    ...{ turn: name, started_at: at, device: 'Kitchen', duration_ms: null, lost_frames: null, file: null },
  })
  const talk: TalkShown = {
    ...{ session: 's', state: 'active', device: 'k', device_name: 'Kitchen', persona: 'companion', version: '1.0.0' },
    turns: [turn('k/1', 10), turn('k/2', 40)],
    handoffs: [{ from: 'Hall', to: 'Kitchen', prepared_at: 4, committed_at: 5, abandoned: null, is_back: false }],
    moves: [
      { at: 1, type: 'session_start', title: 'Session started', reason: null },
      { at: 5, type: 'handoff', title: 'Handoff', reason: null },
    ],
    messages: [message(12, 'user', 'k/1'), message(13, 'assistant', 'k/1'), message(30, 'assistant', null)],
  }

  it('is told as it went, each turn once: at what was said in it, or alone', () => {
    const lines = storyLines(talk).map((line) => {
      if (line.kind === 'move') return [line.at, line.move.type, line.handoff?.from ?? null]
      if (line.kind === 'wordless') return [line.at, 'wordless', line.turn.turn]
      return [line.at, line.message.role, line.turn?.turn ?? null]
    })
    expect(lines).toEqual([
      [1, 'session_start', null],
      [5, 'handoff', 'Hall'],
      [12, 'user', 'k/1'],
      [13, 'assistant', null],
      [30, 'assistant', null],
      [40, 'wordless', 'k/2'],
    ])
  })
})
