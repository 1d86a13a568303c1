import type { HubConnection } from './connection.ts'
import { HubError } from './hub-error.ts'

/** What was understood of a sentence. */
export interface HeardAtPage {
  /** Empty where nobody spoke. */
  text: string
  /** Which engine understood it. */
  by: string | null
}

/**
 * Has the hub hear the sound of a sentence, 16 kHz and one channel, as somebody at a device or in a language is understood. Throws a
 * `HubError` that says why it is not heard.
 */
export async function hearSentence(
  connection: Pick<HubConnection, 'ask'>,
  meant: { device?: string; language?: string },
  samples: Int16Array<ArrayBuffer>,
): Promise<HeardAtPage> {
  const { path } = await connection.ask<{ path: string }>('voice/hear', meant)
  const answer = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: bytesOf(samples),
  })
  const said = (await answer.json().catch(() => ({}))) as HeardAtPage & {
    error?: { code: string; message: string; hint: string }
  }
  if (answer.ok) return { text: said.text.trim(), by: said.by }
  const { error } = said
  throw new HubError(error?.code ?? 'internal', error?.message ?? `the hub answered ${answer.status}`, error?.hint)
}

/** The lower byte first, on every machine. */
function bytesOf(samples: Int16Array): ArrayBuffer {
  const bytes = new ArrayBuffer(samples.length * 2)
  const view = new DataView(bytes)
  for (const [at, sample] of samples.entries()) view.setInt16(at * 2, sample, true)
  return bytes
}
