import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type WebSocket, WebSocketServer } from 'ws'
import { type HouseAuthority, loadAuthority } from '../../../hub/listen/house-authority.ts'
import { newCertificateKey, signCertificate } from '../../../hub/listen/sign-certificate.ts'

const DAY_MS = 86_400_000
/** What it gives whoever logs in. */
export const COOKIE_OF_LOGIN = 'c'.repeat(43)

export interface HouseServer {
  port: number
  authority: HouseAuthority
  /** PEM of its certificate. */
  cert: Buffer
  /** What was asked: method, path and cookie. */
  asked: { what: string; cookie: string | undefined; body: string }[]
  /** Of each WebSocket. */
  origins: (string | undefined)[]
  stop(): Promise<void>
}

export interface HouseParts {
  /** Default: one of its own. */
  authority?: HouseAuthority
  names?: string
  from?: number
  until?: number
  /** Whether the certificate is signed by itself. */
  isAlone?: boolean
  port?: number
  answer?: (request: IncomingMessage, response: ServerResponse) => void
  /** Takes a WebSocket. */
  socket?: (peer: WebSocket) => void
  /** Every WebSocket is refused with this status. */
  refuse?: number
}

/** The authority of a new house. */
export async function newAuthority(): Promise<HouseAuthority> {
  const folder = mkdtempSync(join(tmpdir(), 'lares-authority-'))
  try {
    return await loadAuthority(folder, Date.now())
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** An authority that may sign for anybody. */
export async function foreignAuthority(): Promise<HouseAuthority> {
  const folder = mkdtempSync(join(tmpdir(), 'lares-authority-'))
  try {
    const key = newCertificateKey()
    const now = Date.now()
    const wish = { key, name: 'Company root', from: now - DAY_MS, until: now + DAY_MS }
    const cert = await signCertificate(folder, { ...wish, extensions: ['basicConstraints = critical,CA:TRUE'] }, null)
    return { key, cert, certificate: new X509Certificate(cert) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Answers over HTTPS on loopback as somebody says, with a certificate as hubs have them. */
export async function startHouse(parts: HouseParts = {}): Promise<HouseServer> {
  const { names = 'DNS:localhost,IP:127.0.0.1', isAlone = false, answer = asHub } = parts
  const authority = parts.authority ?? (await newAuthority())
  const folder = mkdtempSync(join(tmpdir(), 'lares-house-'))
  const key = newCertificateKey()
  const now = Date.now()
  const cert = await signCertificate(
    folder,
    {
      ...{ key, name: 'lares.local', from: parts.from ?? now - DAY_MS, until: parts.until ?? now + DAY_MS },
      extensions: ['basicConstraints = critical,CA:FALSE', `subjectAltName = ${names}`],
    },
    isAlone ? null : authority,
  )
  rmSync(folder, { recursive: true })
  const asked: HouseServer['asked'] = []
  const open = new Set<Socket>()
  const server = createServer({ key, cert: isAlone ? cert : Buffer.concat([cert, authority.cert]) })
  server.on('request', (request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString()
    })
    const { method, url, headers } = request
    const one = { what: `${method} ${url}`, cookie: headers.cookie, body: '' }
    asked.push(one)
    request.on('end', () => {
      one.body = body
      answer(request, response)
    })
  })
  const origins: HouseServer['origins'] = []
  const sockets = new WebSocketServer({ noServer: true })
  if (parts.socket !== undefined || parts.refuse !== undefined)
    server.on('upgrade', (request, peer, head) => {
      asked.push({ what: `${request.method} ${request.url}`, cookie: request.headers.cookie, body: '' })
      origins.push(request.headers.origin)
      if (parts.refuse === undefined)
        sockets.handleUpgrade(request, peer, head, (one) => parts.socket?.(one.on('error', () => {})))
      else peer.end(`HTTP/1.1 ${parts.refuse} No\r\nLocation: https://example.com/\r\nContent-Length: 0\r\n\r\n`)
    })
  server.on('connection', (peer: Socket) => open.add(peer.on('error', () => {})))
  server.listen(parts.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  return {
    ...{ port: (server.address() as AddressInfo).port, authority, cert, asked, origins },
    async stop() {
      const closed = once(server, 'close')
      server.close()
      for (const peer of open) peer.destroy()
      await closed
    },
  }
}

/** What a hub says before anybody is logged in, and of a login. */
export function asHub({ url }: IncomingMessage, response: ServerResponse): void {
  if (url === '/session') send(response, 401, { base: 'lares', now: Date.now() })
  else if (url === '/login') {
    response.setHeader('Set-Cookie', `__Host-lares=${COOKIE_OF_LOGIN}; Path=/; Secure; HttpOnly`)
    send(response, 200, { email: 'anna@example.com' })
  } else send(response, 200, { ended: true })
}

export function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' })
  response.end(JSON.stringify(body))
}
