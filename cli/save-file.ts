import { systemClock } from '../shared/clock.ts'
import { LaresError } from '../shared/errors.ts'
import { bytesWords } from '../shared/time-words.ts'
import type { AdminClient } from './admin-client.ts'
import type { TrustedPlace } from './elsewhere/ask-page.ts'
import { fetchFile, type LinkedFile } from './elsewhere/fetch-file.ts'
import { lookAtHub } from './elsewhere/first-look.ts'
import type { Call } from './parse-call.ts'
import type { MeantHub } from './which-hub.ts'

/** Fetches what a command handed out. Returns what is said of it. */
export async function saveFile(
  call: Call,
  { client, meant, answer }: { client: AdminClient; meant: MeantHub; answer: unknown },
): Promise<string> {
  const link = answer as LinkedFile
  const login = meant.kind === 'elsewhere' ? meant.hub.login : null
  const { file, bytes } = await fetchFile(link, call.file, {
    place: meant.kind === 'elsewhere' ? meant.hub : await placeHere(client),
    cookie: login?.kind === 'session' ? login.cookie : undefined,
    at: client.address,
    clock: systemClock,
  })
  if (file === '-') return ''
  return call.json ? `${JSON.stringify({ file, bytes })}\n` : `${file} (${bytesWords(bytes)})\n`
}

/** The page of the hub of this machine: its socket says by what it is known. */
async function placeHere(client: AdminClient): Promise<TrustedPlace> {
  const { front } = (await client.request('hub', 'status', {})) as {
    front: { page?: { port: number | null; fingerprint: string | null } }
  }
  const { port = null, fingerprint = null } = front.page ?? {}
  const place = { host: '127.0.0.1', port: port ?? 0 }
  const shown = port === null ? null : await lookAtHub(place, systemClock)
  if (shown === null || fingerprint === null || shown.fingerprint !== fingerprint)
    throw new LaresError(
      'unreachable',
      'the page of this hub has no certificate of its house, by which it could be known here',
      {
        hint: 'Log in at it by the name of its certificate, and ask with --hub: lares login HUB.',
      },
    )
  return { ...place, trust: shown.trust }
}
