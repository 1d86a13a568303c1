import { readFile } from 'node:fs/promises'
import { request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { cleanText } from '../../../shared/clean-text.ts'
import { cutText } from '../../../shared/cut-text.ts'
import { LaresError } from '../../../shared/errors.ts'
import { connectTrouble } from '../../http/connect-trouble.ts'

export interface HttpPost {
  /** Of an entry of `hub.toml`: also one in the house, because nobody else can name it. */
  url: string
  headers: Readonly<Record<string, string>>
  body: string
  /** File with a certificate of an authority of one's own. */
  ca: string | undefined
  signal: AbortSignal
}

/** Bytes of a refusal that are looked at. */
const ANSWER_BYTES = 2_000
const WORDS_LENGTH = 200

/**
 * Posts JSON, and resolves once the server says that it has it (2xx). No redirect is followed: where something is sent, the file
 * says. Rejects with `unreachable`, which is worth another try whatever it was: a person may mend it meanwhile.
 */
export async function postJson(post: HttpPost): Promise<void> {
  const { status, text, location } = await exchange(post)
  if (status >= 200 && status < 300) return
  if (status >= 300 && status < 400)
    throw refused(`it answers with a redirect (${status}) to ${location}, which is not followed: write the right url`)
  throw refused(`it answers ${status}${text === '' ? '' : `: ${text}`}`)
}

function refused(words: string): LaresError {
  return new LaresError('unreachable', cutText(words, 400))
}

interface Answer {
  status: number
  text: string
  location: string
}

async function exchange({ url, headers, body, ca, signal }: HttpPost): Promise<Answer> {
  const authority =
    ca === undefined ? undefined : await readFile(ca).catch((error: unknown) => Promise.reject(connectTrouble(error)))
  const request = url.startsWith('https:') ? tlsRequest : plainRequest
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const sent = request(
    url,
    {
      method: 'POST',
      // A connection of its own: none is kept that went away unseen.
      agent: false,
      signal,
      headers: { ...headers, 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) },
      ...(authority && { ca: authority }),
    },
    (response) => {
      const { statusCode: status = 0, headers: told } = response
      const location = cutText(cleanText(told.location ?? 'nowhere'), WORDS_LENGTH)
      let text = ''
      const answer = () => {
        resolve({ status, text: cutText(cleanText(text), WORDS_LENGTH), location })
        sent.destroy()
      }
      // Whoever says that it has it has it, whatever becomes of the rest of the answer.
      if (status >= 200 && status < 300) return answer()
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
        if (text.length >= ANSWER_BYTES) answer()
      })
      response.on('end', answer)
      response.on('error', answer)
    },
  )
  sent.on('error', (error) => reject(connectTrouble(error)))
  sent.end(body)
  return promise
}
