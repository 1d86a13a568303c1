import { readFile } from 'node:fs/promises'
import { type IncomingMessage, request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { cleanText } from '../../shared/clean-text.ts'
import { cutText } from '../../shared/cut-text.ts'
import { asError, LaresError } from '../../shared/errors.ts'
import { connectTrouble } from './connect-trouble.ts'

export interface StreamedPost {
  /** Of an entry of `hub.toml`: also one in the house, because nobody else can name it. */
  url: string
  headers: Readonly<Record<string, string>>
  body: string | Buffer
  /** File with a certificate of an authority of one's own. */
  ca?: string | undefined
  signal: AbortSignal
  /** So many bytes of an answer are read, and no more. */
  mostBytes: number
  /** What its answer may be, as `content-type` says; absent: whatever it is. */
  kind?: RegExp
}

/** Bytes of a refusal that are looked at. */
const REFUSAL_BYTES = 4_000
const WORDS_LENGTH = 200

/**
 * Posts something and gives its answer piece by piece, as it comes. Ends the connection when nobody reads on. Throws `unreachable` with
 * what is wrong: no way to it, a status that is no success with the words of the server, an answer that breaks off or is too long.
 */
export async function* postStream(post: StreamedPost): AsyncGenerator<Buffer> {
  const response = await opened(post)
  const { statusCode: status = 0, headers } = response
  try {
    if (status < 200 || status >= 300) throw await refusal(response, { status, location: headers.location })
    const kind = headers['content-type'] ?? ''
    if (post.kind !== undefined && !post.kind.test(kind))
      throw new LaresError(
        'unreachable',
        `it answers with ${cutText(cleanText(kind), WORDS_LENGTH) || 'nothing that is known'}`,
      )
    let bytes = 0
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > post.mostBytes)
        throw new LaresError('unreachable', `it answers with more than ${post.mostBytes} bytes`)
      yield chunk
    }
    // A connection that is cut ends the reading without an error where the length was not said.
    if (!response.complete) throw new LaresError('unreachable', 'its answer broke off')
  } catch (error) {
    post.signal.throwIfAborted()
    throw error instanceof LaresError ? error : connectTrouble(error)
  } finally {
    response.destroy()
  }
}

async function opened({ url, headers, body, ca, signal }: StreamedPost): Promise<IncomingMessage> {
  const authority =
    ca === undefined ? undefined : await readFile(ca).catch((error: unknown) => Promise.reject(connectTrouble(error)))
  const request = url.startsWith('https:') ? tlsRequest : plainRequest
  return await new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        method: 'POST',
        // A connection of its own: none is kept that went away unseen.
        agent: false,
        signal,
        headers: { 'user-agent': 'lares', ...headers, 'content-length': String(Buffer.byteLength(body)) },
        ...(authority && { ca: authority }),
      },
      resolve,
    )
    sent.on('error', (error) => reject(signal.aborted ? asError(signal.reason) : connectTrouble(error)))
    sent.end(body)
  })
}

async function refusal(
  response: IncomingMessage,
  { status, location }: { status: number; location: string | undefined },
): Promise<LaresError> {
  if (status >= 300 && status < 400) {
    const to = cutText(cleanText(location ?? 'nowhere'), WORDS_LENGTH)
    const words = `it answers with a redirect (${status}) to ${to}, which is not followed: write the right url`
    return new LaresError('unreachable', words)
  }
  let text = ''
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      text += chunk.toString('utf8')
      if (text.length >= REFUSAL_BYTES) break
    }
  } catch {
    // What it said until then is what there is.
  }
  const said = cutText(cleanText(errorIn(text)), WORDS_LENGTH)
  return new LaresError('unreachable', `it answers ${status}${said === '' ? '' : `: ${said}`}`)
}

/** The words of an error that is JSON, as most servers send it, or the text as it is. */
function errorIn(text: string): string {
  try {
    const { error } = JSON.parse(text) as { error?: unknown }
    if (typeof error === 'string') return error
    const { message } = error as { message?: unknown }
    return typeof message === 'string' ? message : text
  } catch {
    return text
  }
}
