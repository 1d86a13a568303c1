import { HubError } from './hub-error.ts'

/** What was understood of a sentence; empty where nobody spoke. */
export interface HeardAtPage {
  text: string
  /** Which engine understood it. */
  by: string | null
}

/** Sends the sound of a sentence, 16 kHz and one channel, to where the hub wants it. Throws a `HubError` that says why it is not heard. */
export async function hearSound(path: string, samples: Int16Array<ArrayBuffer>): Promise<HeardAtPage> {
  const answer = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: bytesOf(samples),
  })
  const said = (await answer.json().catch(() => ({}))) as HeardAtPage & {
    error?: { code: string; message: string; hint: string }
  }
  if (answer.ok) return said
  throw new HubError(
    said.error?.code ?? 'internal',
    said.error?.message ?? `the hub answered ${answer.status}`,
    said.error?.hint,
  )
}

/** The lower byte first, on every machine. */
function bytesOf(samples: Int16Array): ArrayBuffer {
  const bytes = new ArrayBuffer(samples.length * 2)
  const view = new DataView(bytes)
  for (const [at, sample] of samples.entries()) view.setInt16(at * 2, sample, true)
  return bytes
}
