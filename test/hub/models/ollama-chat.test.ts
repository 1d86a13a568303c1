import type { ServerResponse } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OllamaChat } from '../../../hub/models/ollama-chat.ts'
import { piecesOf, ServerUnderTest, textOf } from './model-servers.ts'

let server: ServerUnderTest
let engine: OllamaChat
beforeAll(async () => {
  server = await ServerUnderTest.open()
  engine = new OllamaChat(server.model())
})
afterAll(() => server.close())

const lines = (...all: object[]) => all.map((one) => `${JSON.stringify(one)}\n`).join('')
const DONE = { message: { role: 'assistant', content: '' }, done: true, prompt_eval_count: 26, eval_count: 4 }
const WORDS = lines(
  { message: { content: 'Grüße ' }, done: false },
  { message: { content: '東京.' }, done: false },
  DONE,
)

describe('Ollama', () => {
  it('is asked at /api/chat and answers in lines, wherever they are cut', async () => {
    const bytes = Buffer.from(WORDS)
    for (let at = 1; at < bytes.length; at += 5) {
      server.answer = (response) => {
        response.write(bytes.subarray(0, at))
        setImmediate(() => response.end(bytes.subarray(at)))
      }
      const pieces = await piecesOf(engine)
      expect(textOf(pieces)).toBe('Grüße 東京.')
      expect(pieces.at(-1)).toEqual({ kind: 'tokens', tokens: 30 })
    }
    expect(server.asked.at(-1)?.path).toBe('/api/chat')
  })

  it('gives calls with the words of their arguments', async () => {
    const call = { function: { name: 'say_to_house', arguments: { sentence: 'light on' } } }
    server.answer = (response) => response.end(lines({ message: { content: '', tool_calls: [call] } }, DONE))
    expect((await piecesOf(engine))[1]).toEqual({
      kind: 'call',
      call: { id: 'call_0', name: 'say_to_house', text: '{"sentence":"light on"}' },
    })
  })

  it.each<[string, (response: ServerResponse) => unknown, RegExp]>([
    [
      'a model that is not there',
      (response) => response.writeHead(404).end('{"error":"model \\"small\\" not found"}'),
      /404: model "small" not found/,
    ],
    [
      'an error in the middle',
      (response) => response.end(lines({ error: 'out of memory' })),
      /an error: out of memory/,
    ],
    ['nonsense', (response) => response.end('hello\n'), /no piece of an answer/],
    ['a line without end', (response) => response.end('x'.repeat(200_000)), /a line without end/],
    ['half an answer', (response) => response.end(lines({ message: { content: 'Half' } })), /broke off/],
  ])('says what is wrong: %s', async (_, answer, words) => {
    server.answer = answer
    await expect(piecesOf(engine)).rejects.toMatchObject({ code: 'unreachable', message: expect.stringMatching(words) })
  })
})
