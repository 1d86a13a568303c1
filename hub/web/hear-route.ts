import type { IncomingMessage } from 'node:http'
import { LaresError } from '../../shared/errors.ts'
import { AUDIO } from '../../shared/limits.ts'
import type { SpeechDesk } from '../contract/speech-desk.ts'
import { fromPage } from './login-routes.ts'
import { shownTicket, type TicketParts } from './shown-ticket.ts'
import { sendJson, type WebRoute } from './web-route.ts'

export interface HearRouteParts extends TicketParts {
  /** What hears. Throws `part_failed` where that does not run. */
  speech(): SpeechDesk
}

/** Nobody says a longer sentence to a house; it is a megabyte. */
const LONGEST_S = 30
const LONGEST_BYTES = LONGEST_S * AUDIO.rate * AUDIO.bytesPerSample

/**
 * `POST /hear/<ticket>`: the words of a sentence that somebody spoke into the page's microphone, as 16 kHz mono s16le. One at a time for
 * each login; the sound is in memory until it is understood, and kept nowhere.
 */
export function hearRoute(parts: HearRouteParts): WebRoute {
  const underWay = new Set<string>()
  return fromPage(async (asked) => {
    const ticket = await shownTicket(asked, parts, ({ kind }) => kind === 'hearing')
    const { content, caller } = ticket
    if (content.kind !== 'hearing') return
    asked.known()
    const login = caller.token ?? caller.principal
    if (underWay.has(login)) throw new LaresError('busy', 'the sentence before is still being heard')
    underWay.add(login)
    const left = new AbortController()
    // Nobody waits for the words any more.
    asked.response.once('close', () => left.abort())
    try {
      const samples = await readSound(asked.request)
      await parts.book.answering(ticket, async (cut) => {
        const signal = AbortSignal.any([cut, left.signal])
        const { text, by, tookMs } = await parts.speech().hear(samples, content.choice, signal)
        signal.throwIfAborted()
        sendJson(asked.response, 200, { text, by, took_ms: Math.round(tookMs) })
      })
    } catch (error) {
      if (left.signal.aborted) return
      throw error
    } finally {
      underWay.delete(login)
    }
  })
}

/** Throws `too_large` as soon as it is, and `bad_value` for what is no sound. */
async function readSound(request: IncomingMessage): Promise<Int16Array> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > LONGEST_BYTES)
      throw new LaresError('too_large', `a sentence has ${LONGEST_S} seconds at most`, { hint: 'Say it in two.' })
    chunks.push(chunk)
  }
  if (bytes === 0 || bytes % AUDIO.bytesPerSample !== 0)
    throw new LaresError('bad_value', 'the request is no sound', {
      hint: 'Send 16 kHz, one channel, 16 bits a sample, the lower byte first, without a header.',
    })
  const sound = Buffer.concat(chunks)
  const samples = new Int16Array(bytes / AUDIO.bytesPerSample)
  for (let at = 0; at < samples.length; at += 1) samples[at] = sound.readInt16LE(at * AUDIO.bytesPerSample)
  return samples
}
