import type { ServerResponse } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ChatMessage } from '../../../hub/engine/model-question.ts'
import { ChatCompletions } from '../../../hub/models/chat-completions.ts'
import { events, piecesOf, ServerUnderTest, said, textOf } from './model-servers.ts'

let server: ServerUnderTest
let engine: ChatCompletions
beforeAll(async () => {
  server = await ServerUnderTest.open()
})
beforeEach(() => {
  engine = new ChatCompletions(server.model('/v1', { authorization: 'Bearer secret-key' }))
})
afterAll(() => server.close())

const stream = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/event-stream' })
const ANSWER = events(said('Grüße '), said('aus 東京 🏠.'), said('', 'stop'), {
  choices: [],
  usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
})

describe('an answer that is streamed', () => {
  it('is asked for with the model, the key and what was said, and comes piece by piece with its tokens', async () => {
    server.answer = (response) => stream(response).end(ANSWER)
    const pieces = await piecesOf(engine)
    expect(pieces).toEqual([
      { kind: 'text', text: 'Grüße ' },
      { kind: 'text', text: 'aus 東京 🏠.' },
      { kind: 'tokens', tokens: 7 },
    ])
    const asked = server.asked.at(-1)
    expect([asked?.path, asked?.headers.authorization]).toEqual(['/v1/chat/completions', 'Bearer secret-key'])
    expect(JSON.parse(String(asked?.body))).toMatchObject({
      ...{ model: 'small', stream: true, stream_options: { include_usage: true } },
      messages: [{ role: 'user', content: 'Hello' }],
    })
  })

  it('is the same wherever it is cut in two', async () => {
    const bytes = Buffer.from(ANSWER)
    for (let at = 1; at < bytes.length; at += 7) {
      server.answer = (response) => {
        stream(response).write(bytes.subarray(0, at))
        setImmediate(() => response.end(bytes.subarray(at)))
      }
      expect(textOf(await piecesOf(engine)), `at ${at}`).toBe('Grüße aus 東京 🏠.')
    }
  })

  it('is read with other line ends, comments, nulls and what nobody knows', async () => {
    server.answer = (response) =>
      stream(response).end(
        ': ping\r\n\r\nevent: message\r\ndata: {"id":null,"choices":[{"delta":{"role":"assistant","content":null,"reasoning":"hm"},"finish_reason":null}],"usage":null}\r\n\r\n' +
          'data: {"choices":[{"delta":{"content":"Yes."},"finish_reason":"stop","logprobs":null}]}\r\n\r\n',
      )
    expect(textOf(await piecesOf(engine))).toBe('Yes.')
  })

  it('gives calls of tools whole, though they come in parts and none has an id', async () => {
    const part = (index: number, of: object) => ({ choices: [{ delta: { tool_calls: [{ index, function: of }] } }] })
    server.answer = (response) =>
      stream(response).end(
        events(
          part(0, { name: 'say_to_house', arguments: '' }),
          part(0, { arguments: '{"sente' }),
          part(1, { name: 'what_is_here', arguments: '{}' }),
          part(0, { arguments: 'nce":"light on"}' }),
          said('', 'tool_calls'),
        ),
      )
    expect(await piecesOf(engine)).toEqual([
      { kind: 'call', call: { id: 'call_0', name: 'say_to_house', text: '{"sentence":"light on"}' } },
      { kind: 'call', call: { id: 'call_1', name: 'what_is_here', text: '{}' } },
    ])
  })

  it('writes down what was called and what came of it as the interface has it', async () => {
    server.answer = (response) => stream(response).end(ANSWER)
    const call = { id: 'c1', name: 'what_is_here', text: '{}' }
    const messages: ChatMessage[] = [
      { role: 'assistant', text: '', calls: [call] },
      { role: 'tool', call, text: '{"rooms":[]}' },
    ]
    for await (const _ of engine.answer(messages, { tools: [], signal: AbortSignal.timeout(5_000) }));
    expect(JSON.parse(String(server.asked.at(-1)?.body)).messages).toEqual([
      {
        ...{ role: 'assistant', content: '' },
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'what_is_here', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'c1', content: '{"rooms":[]}' },
    ])
  })
})

describe('an answer that is none', () => {
  it.each<[string, (response: ServerResponse) => unknown, RegExp]>([
    [
      'a refusal with its reason',
      (response) => response.writeHead(401).end('{"error":{"message":"Incorrect API key\\nprovided"}}'),
      /^it answers 401: Incorrect API key provided$/,
    ],
    ['a refusal without a word', (response) => response.writeHead(500).end(), /^it answers 500$/],
    [
      'a way to somewhere else',
      (response) => response.writeHead(302, { location: 'http://elsewhere/' }).end(),
      /redirect \(302\) to http:\/\/elsewhere\//,
    ],
    [
      'one that breaks off',
      (response) =>
        stream(response).write(events(said('Half')).slice(0, -20)) && setImmediate(() => response.destroy()),
      /closed the connection|broke off|aborted/,
    ],
    [
      'one without an end',
      (response) => stream(response).end(`data: ${JSON.stringify(said('Half'))}\n\n`),
      /broke off/,
    ],
    ['a page', (response) => response.writeHead(200).end('data: <html>\n\n'), /no piece of an answer/],
    [
      'an error in the middle',
      (response) => stream(response).end('data: {"error":{"message":"overloaded"}}\n\n'),
      /^it answers with an error: overloaded$/,
    ],
    ['more than anybody reads', (response) => stream(response).end('x'.repeat(4_100_000)), /more than 4000000 bytes/],
  ])('is an error that says so: %s', async (_, answer, words) => {
    server.answer = answer
    await expect(piecesOf(engine)).rejects.toMatchObject({ code: 'unreachable', message: expect.stringMatching(words) })
  })

  it('is left when nobody wants to know any more, and the server sees it', async () => {
    server.answer = (response) => stream(response).write(`data: ${JSON.stringify(said('One'))}\n\n`)
    const [left, over] = [server.left, new AbortController()]
    const pieces = engine.answer([], { tools: [], signal: over.signal })[Symbol.asyncIterator]()
    expect((await pieces.next()).value).toEqual({ kind: 'text', text: 'One' })
    const next = pieces.next()
    over.abort(new Error('somebody speaks into it'))
    await expect(next).rejects.toThrow('somebody speaks into it')
    await expect.poll(() => server.left).toBe(left + 1)
  })
})
