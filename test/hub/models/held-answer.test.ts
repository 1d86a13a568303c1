import { beforeEach, describe, expect, it } from 'vitest'
import type { ChatMessage, ToolCall } from '../../../hub/engine/model-question.ts'
import type { AnswerEngine, AnswerPiece } from '../../../hub/models/answer-engine.ts'
import { HeldAnswer } from '../../../hub/models/held-answer.ts'
import { RankedAnswers } from '../../../hub/models/ranked-answers.ts'
import { tryQuestion } from '../../../hub/talk/try-question.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { Ranking } from '../../../speech/ranked/ranking.ts'

let clock: ManualClock
let asked: { messages: readonly ChatMessage[]; tools: number }[]
beforeEach(() => {
  clock = new ManualClock()
  asked = []
})

const HERE = { name: 'what_is_here', description: '', parameters: {} }
const call = (id: string): ToolCall => ({ id, name: 'what_is_here', text: '{}' })
const text = (words: string): AnswerPiece => ({ kind: 'text', text: words })

/** Answers each question with the next of these. */
function engineOf(...answers: (readonly AnswerPiece[] | (() => AsyncIterable<AnswerPiece>))[]): AnswerEngine {
  return {
    ...{ name: 'a model', languages: null },
    async *answer(messages, { tools, signal }) {
      asked.push({ messages, tools: tools.length })
      const answer = answers.length > 1 ? answers.shift() : answers[0]
      for await (const piece of typeof answer === 'function' ? answer() : (answer ?? [])) {
        signal.throwIfAborted()
        yield piece
      }
    },
  }
}

function hold(engines: Record<string, AnswerEngine>, { sentences = 4, use = async () => '{}' as string } = {}) {
  const ranking = new Ranking(
    Object.entries(engines).map(([key, engine]) => ({ key, engine })),
    clock,
  )
  return new HeldAnswer({
    answers: new RankedAnswers(ranking, clock),
    question: {
      messages: [{ role: 'user', text: 'Hi' }],
      tools: [HERE],
      language: 'en',
      mostSentences: sentences,
      prefer: [],
    },
    use,
    signal: new AbortController().signal,
  })
}

async function heard(held: HeldAnswer): Promise<string> {
  let all = ''
  for await (const words of held.text()) all += words
  return all
}

describe('an answer of a model', () => {
  it('has what tools found in its next question, and the tokens of all of them', async () => {
    const model = engineOf(
      [text('Let me see.'), { kind: 'call', call: call('1') }, { kind: 'tokens', tokens: 10 }],
      [text('There are two rooms.'), { kind: 'tokens', tokens: 20 }],
    )
    const held = hold({ model }, { use: async ({ id }: ToolCall) => `result of ${id}` } as never)
    expect(await heard(held)).toBe('Let me see.\nThere are two rooms.')
    expect([held.by, held.tokens]).toEqual(['model', 30])
    expect(asked[1]?.messages.slice(1)).toEqual([
      { role: 'assistant', text: 'Let me see.', calls: [call('1')] },
      { role: 'tool', call: call('1'), text: 'result of 1' },
    ])
  })

  it('ends though the model wants to use tools for ever, and at four of them at once', async () => {
    let used = 0
    const many = Array.from({ length: 9 }, (_, n): AnswerPiece => ({ kind: 'call', call: call(String(n)) }))
    const use = async () => {
      used += 1
      return '{}'
    }
    const held = hold({ model: engineOf(many) }, { use })
    expect(await heard(held)).toBe('')
    expect(asked.map(({ tools }) => tools)).toEqual([1, 1, 1, 0])
    expect(used).toBe(12)
  })

  it('has no more sentences than its persona has, and nobody reads on then', async () => {
    let written = 0
    const talkative = engineOf(async function* () {
      for (;;) {
        written += 1
        yield text(`Sentence ${written}. `)
      }
    })
    expect(await heard(hold({ model: talkative }, { sentences: 2 }))).toBe('Sentence 1. Sentence 2.')
    expect(written).toBeLessThan(6)
  })

  it('is spoken without thoughts, signs and addresses, wherever they are cut', async () => {
    const whole =
      '<think>Should I? Yes.</think>**Warm**, see [the page](https://example.com/a b) or https://example.com now 🏠.\n- one\n2. `two`'
    for (let at = 1; at < whole.length; at += 1) {
      const held = hold({ model: engineOf([text(whole.substring(0, at)), text(whole.substring(at))]) })
      expect((await heard(held)).replaceAll(/\s+/g, ' '), `at ${at}`).toBe('Warm, see the page or now . one two')
    }
  })
})

describe('several models', () => {
  const broken = () =>
    engineOf(() => ({
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('it is away')) }),
    }))

  it('are asked in their order until one begins, and one that failed three times rests', async () => {
    const engines = { first: broken(), second: engineOf([text('Yes.')]) }
    const ranking = new Ranking(
      Object.entries(engines).map(([key, engine]) => ({ key, engine })),
      clock,
    )
    const answers = new RankedAnswers(ranking, clock)
    for (let n = 0; n < 4; n += 1) {
      const { by, pieces } = await answers.ask({
        messages: [],
        tools: [],
        language: 'en',
        prefer: [],
        signal: new AbortController().signal,
      })
      for await (const _ of pieces);
      expect(by).toBe('second')
    }
    expect(ranking.health()).toMatchObject([
      { key: 'first', health: { state: 'resting', error: 'it is away' } },
      { key: 'second', health: { state: 'ok' } },
    ])
    expect(asked).toHaveLength(7)
  })

  it('follow one that says nothing at all, and one that is too slow to begin', async () => {
    const silent = engineOf([])
    const slow = engineOf(async function* (): AsyncGenerator<AnswerPiece> {
      await new Promise(() => {})
    })
    const held = hold({ silent, slow, third: engineOf([text('Here.')]) })
    const words = heard(held)
    await expect.poll(() => asked.length).toBe(2)
    clock.advance(20_000)
    expect(await words).toBe('Here.')
    expect(held.by).toBe('third')
  })

  it('do not finish what another one began, and one that stops in the middle is not waited for', async () => {
    const stuck = engineOf(async function* () {
      yield text('It is. And ')
      await new Promise(() => {})
    })
    const held = hold({ stuck, second: engineOf([text('No.')]) })
    const all: string[] = []
    const failed = (async () => {
      for await (const words of held.text()) all.push(words)
    })().catch((error: unknown) => error)
    await expect.poll(() => all.join('')).toBe('It is. And ')
    clock.advance(10_000)
    expect(await failed).toMatchObject({ code: 'timed_out' })
    expect(asked).toHaveLength(1)
  })
})

it('a question that is tried is answered as a whole, or not at all', async () => {
  const question = { messages: [], tools: [], language: 'en', mostSentences: 1, prefer: [] }
  const answersOf = (engine: AnswerEngine) => new RankedAnswers(new Ranking([{ key: 'llama', engine }], clock), clock)
  const whole = answersOf(engineOf([text('Because of the air. More of it.')]))
  expect(await tryQuestion(whole, { question, clock })).toEqual({ text: 'Because of the air.', by: 'llama' })
  await expect(tryQuestion(null, { question, clock })).rejects.toMatchObject({ code: 'missing_program' })
  const endless = engineOf(async function* () {
    for (;;) {
      yield text('a ')
      clock.advance(6_000)
      await Promise.resolve()
    }
  })
  await expect(tryQuestion(answersOf(endless), { question, clock })).rejects.toMatchObject({ code: 'timed_out' })
})
