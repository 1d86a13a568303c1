import { beforeEach, describe, expect, it } from 'vitest'
import type { ModelQuestion } from '../../../hub/engine/model-question.ts'
import type { AnswerEngine, AnswerPiece } from '../../../hub/models/answer-engine.ts'
import { RankedAnswers } from '../../../hub/models/ranked-answers.ts'
import { Ranking } from '../../../speech/ranked/ranking.ts'
import { DEVICE, TalkUnderTest } from './talk-under-test.ts'

const QUESTION: ModelQuestion = {
  messages: [{ role: 'user', text: 'why is the sky blue' }],
  tools: [{ name: 'say_to_house', description: '', parameters: {} }],
  ...{ language: 'en', mostSentences: 3, prefer: [] },
}

let it_: TalkUnderTest
/** What the model writes; it hangs where nothing more is there. */
let write: (piece: AnswerPiece | Error | null) => void
let left: AbortSignal | null
let asked: number
beforeEach(() => {
  it_ = new TalkUnderTest()
  it_.answer = async () => ({ kind: 'ask', question: QUESTION, otherwise: 'I did not understand.' })
  asked = 0
  left = null
  const engine: AnswerEngine = {
    ...{ name: 'a model', languages: null },
    async *answer(_, { signal }) {
      asked += 1
      left = signal
      const waiting: (AnswerPiece | Error | null)[] = []
      let wake = () => {}
      write = (piece) => {
        waiting.push(piece)
        wake()
      }
      for (;;) {
        const piece = waiting.shift()
        if (piece instanceof Error) throw piece
        if (piece === null) return
        if (piece !== undefined) yield piece
        else
          await new Promise<void>((resolve, reject) => {
            wake = resolve
            signal.addEventListener('abort', () => reject(signal.reason), { once: true })
          })
      }
    },
  }
  it_.models = new RankedAnswers(new Ranking([{ key: 'llama', engine }], it_.clock), it_.clock)
})

const text = (words: string): AnswerPiece => ({ kind: 'text', text: words })

describe('an answer that a model writes', () => {
  it('is spoken from its first clause on while it is written, and kept with who wrote it and its tokens', async () => {
    it_.say('t1')
    await it_.settled()
    write(text('Blue light is scattered. '))
    await it_.settled()
    write(text('More than red'))
    await it_.passes(1_100)
    expect(it_.speaking.map(({ text }) => text)).toEqual(['Blue light is scattered.'])
    expect(it_.answers).toEqual([])
    write(text(' light.'))
    write({ kind: 'tokens', tokens: 120 })
    write(null)
    await it_.settled()
    it_.played()
    await it_.settled()
    expect(it_.answers).toMatchObject([
      {
        answer: {
          ...{
            text: 'Blue light is scattered. More than red light.',
            by: 'llama',
            tokens: 120,
            end: 'played',
            error: null,
          },
          stages: { heard: expect.any(Number), answer_first: expect.any(Number), answer_last: expect.any(Number) },
        },
      },
    ])
    const { answer_first = 0, answer_last = 0 } = it_.answers[0]?.answer.stages ?? {}
    expect(answer_last).toBeGreaterThan(answer_first)
  })

  it('is ended, and its connection left, when somebody speaks into it', async () => {
    it_.say('t1')
    await it_.settled()
    write(text('Blue light is scattered. And '))
    await it_.settled()
    expect(left?.aborted).toBe(false)
    it_.begin('t2')
    await it_.settled()
    expect(left?.aborted).toBe(true)
    it_.played('stopped', 400)
    await it_.settled()
    expect(it_.answers).toMatchObject([{ turn: 't1', answer: { end: 'stopped', by: 'llama' } }])
  })

  it('has tools used in its turn', async () => {
    const used: string[] = []
    it_.use = async ({ text: given }) => {
      used.push(given)
      return '{"answer":"The lamp is on."}'
    }
    it_.say('t1')
    await it_.settled()
    write({ kind: 'call', call: { id: '1', name: 'say_to_house', text: '{"sentence":"lamp on"}' } })
    write(null)
    await it_.settled()
    expect([used, asked]).toEqual([['{"sentence":"lamp on"}'], 2])
    write(text('Done.'))
    write(null)
    await it_.settled()
    it_.played()
    await it_.settled()
    expect(it_.answers).toMatchObject([{ answer: { text: 'Done.' } }])
  })

  it.each([
    ['before its first word', [], 'sorry cannot_answer en', 'apology'],
    ['in the middle', [text('Blue light. ')], 'Blue light. sorry broken_off en', 'llama'],
  ])('that fails %s ends with an apology, and is kept with why', async (_, pieces, words, by) => {
    it_.say('t1')
    await it_.settled()
    for (const piece of pieces) write(piece)
    await it_.settled()
    write(new Error('it answers 500'))
    await it_.passes(1_100)
    it_.played()
    await it_.settled()
    expect(it_.answers).toMatchObject([{ answer: { text: words, by, error: 'it answers 500' } }])
  })

  it('is what the house would have said where it is none', async () => {
    it_.say('t1')
    await it_.settled()
    write({ kind: 'tokens', tokens: 4 })
    write(null)
    await it_.settled()
    it_.played()
    await it_.settled()
    expect(it_.answers).toMatchObject([{ answer: { text: 'I did not understand.', by: 'sentences', tokens: 4 } }])
    it_.models = null
    it_.say('t2')
    await it_.settled()
    expect(it_.speaking.at(-1)?.text).toBe('I did not understand.')
    expect(DEVICE).toBe('kitchen-pi')
  })
})
