import { LLMock } from '@copilotkit/aimock'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ChatCompletions } from '../../../hub/models/chat-completions.ts'
import { HeldAnswer } from '../../../hub/models/held-answer.ts'
import { OllamaChat } from '../../../hub/models/ollama-chat.ts'
import { RankedAnswers } from '../../../hub/models/ranked-answers.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { Ranking } from '../../../speech/ranked/ranking.ts'

const mock = new LLMock({ port: 0 })
beforeAll(async () => {
  await mock.start()
  mock.on(
    { userMessage: 'lamp', turnIndex: 0 },
    {
      toolCalls: [{ name: 'say_to_house', arguments: '{"sentence":"turn on the lamp"}' }],
    },
  )
  mock.on({ userMessage: 'lamp', turnIndex: 1 }, { content: 'The lamp is on now.' })
})
afterAll(() => mock.stop())

const TOOL = { name: 'say_to_house', description: 'Says a sentence.', parameters: { type: 'object', properties: {} } }

// A server that others wrote after the same two interfaces.
it.each([
  [
    'OpenAI',
    (url: string) =>
      new ChatCompletions({
        name: 'm',
        url: `${url}/v1`,
        model: 'gpt-4o',
        headers: async () => ({ authorization: 'Bearer x' }),
      }),
  ],
  ['Ollama', (url: string) => new OllamaChat({ name: 'm', url, model: 'llama3.2', headers: async () => ({}) })],
])('a model behind the interface of %s has a lamp switched, and says so', async (_, make) => {
  mock.resetMatchCounts()
  const clock = new ManualClock()
  const answers = new RankedAnswers(new Ranking([{ key: 'm', engine: make(mock.url) }], clock), clock)
  const used: string[] = []
  const held = new HeldAnswer({
    answers,
    question: {
      messages: [{ role: 'user', text: 'the lamp please' }],
      tools: [TOOL],
      language: 'en',
      mostSentences: 4,
      prefer: [],
    },
    use: async ({ name, text }) => {
      used.push(`${name} ${JSON.stringify(JSON.parse(text))}`)
      return '{"understood":true}'
    },
    signal: AbortSignal.timeout(10_000),
  })
  let said = ''
  for await (const words of held.text()) said += words
  expect(used).toEqual(['say_to_house {"sentence":"turn on the lamp"}'])
  expect(said).toBe('The lamp is on now.')
})
