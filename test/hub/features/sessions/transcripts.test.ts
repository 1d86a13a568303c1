import { expect, it } from 'vitest'
import type { SpokenAnswer } from '../../../../hub/engine/spoken-turns.ts'
import { query } from '../../engine/ask.ts'
import type { TestHouse } from '../../engine/engine-in-memory.ts'
import { ends, houseWithSpeakers, say, starts } from './talk.ts'

function talked(house: TestHouse, turn: string, { heard, sounds }: { heard: number; sounds: number }): void {
  starts(house, 'kitchen-pi', turn)
  house.input({ kind: 'turn_heard', device: 'kitchen-pi', turn, text: 'what time is it', by: 'moonshine' })
  house.now += 500
  const stages = {
    began: 0,
    ended: 1_000,
    heard,
    answer_first: heard + 5,
    voice_first: sounds - 10,
    sent_first: sounds - 9,
    sounds,
    over: 3_000,
  }
  const answer: SpokenAnswer = {
    ...{ text: 'It is midnight.', heard: 'It is midnight.', end: 'played', by: 'sentences', voice: 'flite' },
    ...{ stages, latencyMs: sounds - 1_000, tokens: null, error: null },
  }
  house.input({ kind: 'turn_answered', device: 'kitchen-pi', turn, answer })
  house.now += 1_000
}

it('a conversation is shown with what was said, by whom, and how long each step took', () => {
  const house = houseWithSpeakers()
  talked(house, 't1', { heard: 1_120, sounds: 1_180 })
  expect(query(house, 'sessions/show', { session: 'kitchen-pi' })).toMatchObject({
    ...{ state: 'active', device: 'kitchen-pi', persona: 'companion' },
    messages: [
      {
        role: 'user',
        content: 'what time is it',
        by: 'moonshine',
        latency_ms: null,
        stages: null,
        turn: 'kitchen-pi/t1',
      },
      {
        role: 'assistant',
        content: 'It is midnight.',
        by: 'sentences',
        end: 'played',
        latency_ms: 180,
        stages: { heard: 1_120 },
      },
    ],
  })
})

it('a conversation is shown with where it was, what happened to it, and what is kept of its sound', () => {
  const house = houseWithSpeakers()
  talked(house, 't1', { heard: 1_120, sounds: 1_180 })
  starts(house, 'kitchen-pi', 't2')
  const { file } = ends(house, 'kitchen-pi', 't2')
  say(house, 'sessions/handoff', { session: 'kitchen-pi', to: 'hall-pi' })
  house.now += 2_000
  house.tick(1_000)
  say(house, 'sessions/pause', { session: 'hall-pi' })
  const shown = query(house, 'sessions/show', { session: 'hall-pi' })
  expect(shown).toMatchObject({
    ...{ state: 'paused', device: 'hall-pi', device_name: 'hall-pi' },
    turns: [
      { turn: 'kitchen-pi/t1', device: 'kitchen-pi', file: null, duration_ms: null },
      { turn: 'kitchen-pi/t2', device: 'kitchen-pi', file, duration_ms: 2_000, lost_frames: 0 },
    ],
    handoffs: [{ from: 'kitchen-pi', to: 'hall-pi', abandoned: null, is_back: false }],
    moves: [
      { type: 'session_start', reason: null },
      { type: 'handoff' },
      { type: 'session_paused', title: 'Session paused', reason: 'asked' },
    ],
    messages: [{ cut: false }, { cut: false }],
  })
})

it('answers are told by their steps: in the middle, nine of ten, and the worst', () => {
  const house = houseWithSpeakers()
  for (const [n, sounds] of [1_180, 1_200, 1_900].entries()) talked(house, `t${n}`, { heard: 1_120, sounds })
  expect(query(house, 'sessions/latency', {})).toEqual({
    turns: 3,
    steps: [
      { step: 'understood', turns: 3, median_ms: 120, p90_ms: 120, worst_ms: 120 },
      { step: 'answered', turns: 3, median_ms: 5, p90_ms: 5, worst_ms: 5 },
      { step: 'spoken', turns: 3, median_ms: 65, p90_ms: 765, worst_ms: 765 },
      { step: 'sent', turns: 3, median_ms: 1, p90_ms: 1, worst_ms: 1 },
      { step: 'sounded', turns: 3, median_ms: 9, p90_ms: 9, worst_ms: 9 },
      { step: 'all', turns: 3, median_ms: 200, p90_ms: 900, worst_ms: 900 },
    ],
  })
  expect(query(house, 'sessions/latency', { device: 'hall-pi' })).toEqual({ turns: 0, steps: [] })
  expect(query(house, 'sessions/latency', { persona: 'emergency' })).toEqual({ turns: 0, steps: [] })
})
