import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingHttpHeaders } from 'node:http'
import { type Agent, request } from 'node:https'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createWebSocketStream, WebSocket } from 'ws'
import { loadCertificate } from '../../../hub/listen/certificate.ts'
import { PageServer, type PageServerParts } from '../../../hub/web/page-server.ts'
import { silentLog } from '../../../shared/log.ts'
import { type BrokerUnderTest, type Settings, startBroker } from '../broker/broker-under-test.ts'
import { type RawClient, rawClient } from '../broker/raw-client.ts'

export interface Answered {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
  text: string
}

export interface Asking {
  method?: string
  headers?: Record<string, string>
  body?: string | Buffer
  /** Absent: a connection of its own. */
  agent?: Agent
}

/** Asks over HTTPS, and trusts any certificate. */
export function askHttps(
  port: number,
  path: string,
  { method = 'GET', headers = {}, body, agent }: Asking = {},
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const to = { port, host: '127.0.0.1', path, method, headers }
    const asked = request({ ...to, rejectUnauthorized: false, agent: agent ?? false })
    asked.on('error', reject)
    asked.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const bytes = Buffer.concat(chunks)
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: bytes, text: bytes.toString() })
      })
    })
    asked.end(body)
  })
}

export interface OpenedSocket {
  protocols?: string[]
  path?: string
  origin?: string | null
  headers?: Record<string, string>
}

/** A WebSocket as the page at `127.0.0.1` opens it; rejects with the status of a refusal. */
export async function openSocket(port: number, more: OpenedSocket = {}): Promise<WebSocket> {
  const { protocols = ['mqtt'], path = '/mqtt', origin = `https://127.0.0.1:${port}`, headers = {} } = more
  const peer = new WebSocket(`wss://127.0.0.1:${port}${path}`, protocols, {
    rejectUnauthorized: false,
    headers,
    ...(origin === null ? {} : { origin }),
  })
  await new Promise<void>((resolve, reject) => {
    peer.once('open', () => resolve())
    peer.once('unexpected-response', (_request, response) => {
      response.resume()
      peer.terminate()
      reject(new Error(String(response.statusCode)))
    })
    peer.once('error', reject)
  })
  peer.on('error', () => {})
  return peer
}

/** MQTT over such a socket. */
export async function openMqtt(port: number, more: OpenedSocket = {}): Promise<RawClient> {
  return rawClient(createWebSocketStream(await openSocket(port, more)))
}

export interface PageRig extends BrokerUnderTest {
  page: PageServer
  port: number
  /** Of the page. */
  folder: string
  /** Puts a file into the folder of the page. */
  put(path: string, content: string | Buffer): void
  close(): Promise<void>
}

/** A broker behind a page server on loopback. Close it in the end. */
export async function pageRig(parts: Partial<PageServerParts> = {}, settings: Settings = {}): Promise<PageRig> {
  const folder = mkdtempSync(join(tmpdir(), 'lares-page-'))
  const under = await startBroker(settings)
  const certificate = await loadCertificate(folder, {})
  const page = new PageServer({
    listen: '127.0.0.1:0',
    log: silentLog,
    certificate: () => certificate,
    names: [],
    folder: join(folder, 'dist'),
    routes: new Map(),
    admit: (remote, close) => under.broker.admit(remote, close),
    handle: (stream, details) => under.broker.handle(stream, details),
    ...parts,
  })
  await page.start()
  return {
    ...under,
    page,
    port: page.port,
    folder: join(folder, 'dist'),
    put(path, content) {
      const file = join(folder, 'dist', path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, content)
    },
    async close() {
      page.stop()
      await under.stop()
      rmSync(folder, { recursive: true })
    },
  }
}

/** The code with which a WebSocket closes. */
export async function closeCode(peer: WebSocket): Promise<number> {
  const [code] = (await once(peer, 'close')) as [number]
  return code
}
