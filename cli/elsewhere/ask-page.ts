import type { IncomingMessage } from 'node:http'
import { type RequestOptions, request } from 'node:https'
import { hostname } from 'node:os'
import type { Clock } from '../../shared/clock.ts'
import { LaresError } from '../../shared/errors.ts'
import { programVersion } from '../../shared/version.ts'
import { authorityOf, type HubPlace } from './hub-place.ts'
import { pageTrouble } from './page-trouble.ts'
import { type PageTrust, tlsOf } from './page-trust.ts'

/** A place, and by what its hub is known. */
export interface TrustedPlace extends HubPlace {
  trust: PageTrust
}

export interface PageAnswer {
  status: number
  headers: IncomingMessage['headers']
  body: string
}

/** More than any answer about logging in has. */
const ANSWER_BYTES = 64 * 1024
/** For all of it, however slowly it comes. */
const ANSWER_MS = 15_000

/** Request options for a place: a connection of its own, which is verified before a byte is sent. `at`: the address of it that is meant. */
export function pageRequest(
  place: TrustedPlace,
  { cookie, at }: { cookie?: string; at?: string } = {},
): RequestOptions {
  const authority = authorityOf(place)
  return {
    ...tlsOf(place, place.trust),
    host: at ?? place.host,
    port: place.port,
    agent: false,
    headers: {
      host: authority,
      origin: `https://${authority}`,
      'user-agent': `lares ${programVersion()} on ${hostname()}`,
      ...(cookie === undefined ? {} : { cookie: `${COOKIE}=${cookie}` }),
    },
  }
}

/** What the hub calls the cookie of a login. */
export const COOKIE = '__Host-lares'

/** Asks over HTTPS, follows nothing, and takes no more than an answer can have. Throws `unreachable`, `wrong_pin`. */
export function askPage(
  place: TrustedPlace,
  { path, body, cookie, clock }: { path: string; body?: object; cookie?: string; clock: Clock },
): Promise<PageAnswer> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body)
    const options = pageRequest(place, cookie === undefined ? {} : { cookie })
    const sent = request({
      ...options,
      path,
      method: text === undefined ? 'GET' : 'POST',
      headers: {
        ...(options.headers as object),
        accept: 'application/json',
        ...(text === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
      },
    })
    const fail = (error: unknown) => {
      cancel()
      sent.destroy()
      reject(pageTrouble(place, error))
    }
    const cancel = clock.after(ANSWER_MS, () => fail(new Error(`no whole answer in ${ANSWER_MS / 1_000} s`)))
    sent.on('error', fail)
    sent.on('response', (response) => {
      const chunks: Buffer[] = []
      let bytes = 0
      response.on('error', fail)
      response.on('aborted', () => fail(new Error('the answer broke off')))
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > ANSWER_BYTES) fail(noHub(place))
        else chunks.push(chunk)
      })
      response.on('end', () => {
        cancel()
        const { statusCode: status = 0, headers } = response
        resolve({ status, headers, body: Buffer.concat(chunks).toString() })
      })
    })
    sent.end(text)
  })
}

/** What answers there is something else. */
export function noHub(place: HubPlace): LaresError {
  return new LaresError(
    'unreachable',
    `what answers at ${authorityOf(place)} is no hub of Lares, or one that is too old`,
    {
      hint: 'Look at the address and the port: lares hub status on the machine of the hub shows that of its page.',
    },
  )
}
