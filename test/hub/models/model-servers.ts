import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { AnswerEngine, AnswerPiece } from '../../../hub/models/answer-engine.ts'
import type { ModelServer } from '../../../hub/models/model-server.ts'

/** A server on this machine that answers as a test says, and knows what it was asked. */
export class ServerUnderTest {
  readonly asked: { path: string; headers: IncomingMessage['headers']; body: Buffer }[] = []
  /** Connections that whoever asked has closed before the answer was whole. */
  left = 0
  answer: (response: ServerResponse, body: Buffer) => unknown = (response) => response.end()
  #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  static async open(): Promise<ServerUnderTest> {
    const server = createServer()
    const made = new ServerUnderTest(server)
    server.on('request', (request, response) => {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => {
        const body = Buffer.concat(parts)
        made.asked.push({ path: request.url ?? '', headers: request.headers, body })
        response.on('close', () => {
          if (!response.writableFinished) made.left += 1
        })
        made.answer(response, body)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return made
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** As an entry of the settings has it. */
  model(path = '', headers: Record<string, string> = {}): ModelServer {
    return { name: 'the model', url: this.url + path, model: 'small', headers: async () => headers }
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

/** Everything that comes of a question. */
export async function piecesOf(engine: AnswerEngine, signal = AbortSignal.timeout(10_000)): Promise<AnswerPiece[]> {
  const pieces: AnswerPiece[] = []
  for await (const piece of engine.answer([{ role: 'user', text: 'Hello' }], { tools: [], signal })) pieces.push(piece)
  return pieces
}

export function textOf(pieces: readonly AnswerPiece[]): string {
  return pieces.map((piece) => (piece.kind === 'text' ? piece.text : '')).join('')
}

/** Events as they come over a wire. */
export function events(...chunks: object[]): string {
  return [...chunks.map((chunk) => JSON.stringify(chunk)), '[DONE]'].map((data) => `data: ${data}\n\n`).join('')
}

export const said = (content: string, finish: string | null = null) => ({
  choices: [{ index: 0, delta: { content }, finish_reason: finish }],
})
