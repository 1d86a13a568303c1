import type { Duplex } from 'node:stream'
import { createWebSocketStream, WebSocket } from 'ws'
import { systemClock } from '../../shared/clock.ts'
import { LaresError } from '../../shared/errors.ts'
import { crockford } from '../../shared/ids.ts'
import { shellWord } from '../../shared/shell-word.ts'
import { type AdminClient, askThrough } from '../admin-client.ts'
import { noHub, pageRequest } from './ask-page.ts'
import { authorityOf } from './hub-place.ts'
import type { KeptHub } from './kept-hubs.ts'
import { MOST_PACKET_BYTES, PacketBound } from './packet-bound.ts'
import { pageTrouble } from './page-trouble.ts'

const OPEN_MS = 10_000
/** A hub that went away without a word is noticed within half a minute. */
const ALIVE_S = 20
/** What CONNACK says [MQTT-3.2.2-3]. */
const NOT_LOGGED_IN = 4
const CLOSED = 5

/**
 * Connects to a hub by the WebSocket of its page, as whoever is logged in there. Nothing is sent before TLS has shown that it is the
 * hub of the login. Throws `wrong_pin`, `unreachable`, and `bad_login` where the login has run out.
 */
export async function connectElsewhere(hub: KeptHub): Promise<AdminClient> {
  const { stream, address } = await openWebSocket(hub)
  const { login } = hub
  const client = await askThrough({
    stream: () => stream,
    clientId: `cli.${crockford(12)}`,
    base: hub.base,
    keepaliveS: ALIVE_S,
    ...(login.kind === 'token' ? { login: { username: login.user, password: login.token } } : {}),
    trouble: (cause) => connectionTrouble(hub, cause),
    silent: (cause) =>
      new LaresError('unreachable', `the hub ${hub.name} does not answer below ${hub.base}/`, {
        cause,
        hint: `Its topics may begin with something else by now: log in again, lares login ${shellWord(hub.name)}.`,
      }),
  })
  return { ...client, address }
}

function openWebSocket(hub: KeptHub): Promise<{ stream: Duplex; address: string | undefined }> {
  const { login } = hub
  const peer = new WebSocket(`wss://${authorityOf(hub)}/mqtt`, ['mqtt'], {
    ...pageRequest(hub, login.kind === 'session' ? { cookie: login.cookie } : {}),
    maxPayload: MOST_PACKET_BYTES,
    perMessageDeflate: false,
    followRedirects: false,
  })
  return new Promise((resolve, reject) => {
    let address: string | undefined
    const fail = (error: unknown) => {
      cancel()
      peer.on('error', () => {})
      peer.terminate()
      reject(pageTrouble(hub, error))
    }
    const cancel = systemClock.after(OPEN_MS, () => fail(new Error(`no answer in ${OPEN_MS / 1_000} s`)))
    peer.once('upgrade', (response) => {
      address = response.socket.remoteAddress
    })
    peer.once('unexpected-response', (_request, response) => {
      response.resume()
      fail(noHub(hub))
    })
    peer.once('error', fail)
    peer.once('open', () => {
      cancel()
      peer.off('error', fail)
      const bound = new PacketBound()
      // Before what puts packets together.
      peer.on('message', (piece: Buffer) => {
        if (!bound.take(piece)) peer.terminate()
      })
      const stream = createWebSocketStream(peer)
      stream.on('error', () => {})
      // The other side is gone when all that it said was read; otherwise only a question without an answer would tell.
      stream.once('end', () => stream.destroy())
      resolve({ stream, address })
    })
  })
}

function connectionTrouble(hub: KeptHub, cause: unknown): LaresError {
  const { code } = (cause ?? {}) as { code?: unknown }
  const again = `lares login ${shellWord(hub.name)}`
  if (code === NOT_LOGGED_IN)
    return new LaresError('bad_login', `the login at ${hub.name} has run out, or was ended there`, {
      cause,
      hint: `Log in again: ${again}.`,
    })
  if (code === CLOSED)
    return new LaresError('forbidden', `the account with which you are logged in at ${hub.name} is closed`, {
      cause,
      hint: 'Ask an administrator of this hub to open it again.',
    })
  return pageTrouble(hub, cause ?? new Error('the connection was closed'))
}
