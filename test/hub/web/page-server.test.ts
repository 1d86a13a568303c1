import { once } from 'node:events'
import { utimesSync } from 'node:fs'
import { Agent } from 'node:https'
import { connect } from 'node:net'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { NO_PAGE } from '../../../hub/web/page-files.ts'
import type { WebRoute } from '../../../hub/web/web-route.ts'
import { sendText } from '../../../hub/web/web-route.ts'
import { turns, until } from '../broker/broker-under-test.ts'
import { askHttps, type PageRig, pageRig } from './page-rig.ts'

let rig: PageRig | null = null
afterEach(async () => {
  await rig?.close()
  rig = null
})

async function served(...given: Parameters<typeof pageRig>): Promise<PageRig> {
  rig = await pageRig(...given)
  rig.put('index.html', '<!doctype html><title>Lares</title>')
  return rig
}

const POLICY = (port: number) =>
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; " +
  `connect-src 'self' wss://127.0.0.1:${port}; media-src 'self' blob:; manifest-src 'self'; base-uri 'none'; ` +
  "form-action 'self'; frame-ancestors 'none'"

describe('the page', () => {
  it('says how it is built while it is not there, and is there as soon as it was', async () => {
    rig = await pageRig()
    expect(await askHttps(rig.port, '/')).toMatchObject({ status: 503, text: NO_PAGE })
    rig.put('index.html', 'built')
    expect(await askHttps(rig.port, '/')).toMatchObject({ status: 200, text: 'built' })
  })

  it('lies in no frame, loads nothing from elsewhere and says so in every answer', async () => {
    const { port } = await served()
    const answers = [
      await askHttps(port, '/'),
      await askHttps(port, '/missing.js'),
      await askHttps(port, '/', { method: 'POST' }),
      await askHttps(port, '/%zz'),
    ]
    expect(answers.map(({ status }) => status)).toEqual([200, 404, 405, 400])
    for (const { headers } of answers)
      expect(headers).toMatchObject({
        'content-security-policy': POLICY(port),
        'x-frame-options': 'DENY',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
      })
  })

  it('keeps no browser from what others serve by the same name without TLS', async () => {
    const { port } = await served()
    for (const host of ['lares.local', '127.0.0.1', 'localhost']) {
      const { status, headers } = await askHttps(port, '/', { headers: { host: `${host}:${port}` } })
      expect([status, headers['strict-transport-security']]).toEqual([200, undefined])
    }
  })

  it('is shown to nobody who asks by a name of somebody else', async () => {
    const { port } = await served()
    const { status, text, headers } = await askHttps(port, '/', { headers: { host: 'evil.example' } })
    expect([status, text]).toEqual([421, expect.stringContaining('[web] hosts = ["house.example"]')])
    expect(headers['content-security-policy']).toContain("connect-src 'self';")
    expect((await askHttps(port, '/index.html', { headers: { host: 'evil.example' } })).status).toBe(421)
  })

  it('is found at each place within it, and a file that is missing is missing', async () => {
    const { port } = await served()
    for (const path of ['/rooms/kitchen', '/rooms/', '/?a=b', '/index.html'])
      expect(await askHttps(port, path)).toMatchObject({ status: 200, text: expect.stringContaining('Lares') })
    expect((await askHttps(port, '/assets/gone-4f2a9c01.js')).status).toBe(404)
  })

  it.each([
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/.secret.txt',
    '//etc/passwd.txt',
    '/a\0.txt',
  ])('lets nobody out of its folder by %j', async (path) => {
    const { port, put } = await served()
    put('../secret.txt', 'the secret')
    put('.secret.txt', 'the secret')
    const { status, text } = await askHttps(port, encodeURI(path).replaceAll('%25', '%'))
    expect([status === 200, text.includes('secret\n')]).toEqual([false, false])
    expect(text).not.toContain('the secret')
  })

  it('stays with the browser for ever where its name holds a hash, and is asked for anew where not', async () => {
    const { port, put } = await served()
    put('assets/app-4f2a9c01.js', 'let a = 1')
    put('apple-touch-icon.png', 'picture')
    const hashed = await askHttps(port, '/assets/app-4f2a9c01.js')
    expect(hashed.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-type': 'text/javascript; charset=utf-8',
    })
    expect((await askHttps(port, '/apple-touch-icon.png')).headers['cache-control']).toBe('no-cache')
    const index = await askHttps(port, '/')
    expect(index.headers).toMatchObject({ 'cache-control': 'no-cache', 'content-type': 'text/html; charset=utf-8' })
    const again = await askHttps(port, '/', { headers: { 'if-none-match': String(index.headers.etag) } })
    expect([again.status, again.text]).toEqual([304, ''])
    put('index.html', 'a newer page')
    const newer = await askHttps(port, '/', { headers: { 'if-none-match': String(index.headers.etag) } })
    expect([newer.status, newer.text]).toEqual([200, 'a newer page'])
  })

  it('is sent packed to a browser that takes it, from the file beside it', async () => {
    const { port, put } = await served()
    put('assets/app-4f2a9c01.js', 'let plain = 1')
    put('assets/app-4f2a9c01.js.gz', gzipSync('let plain = 1'))
    put('assets/app-4f2a9c01.js.br', brotliCompressSync('let plain = 1'))
    const encoding = async (accepts: string) => {
      const { headers, body } = await askHttps(port, '/assets/app-4f2a9c01.js', {
        headers: { 'accept-encoding': accepts },
      })
      expect(headers.vary).toBe('Accept-Encoding')
      expect(Number(headers['content-length'])).toBe(body.length)
      return headers['content-encoding']
    }
    expect(await encoding('gzip, deflate, br')).toBe('br')
    expect(await encoding('gzip;q=0.5, br;q=0')).toBe('gzip')
    expect(await encoding('identity')).toBeUndefined()
    expect(
      (await askHttps(port, '/', { headers: { 'accept-encoding': 'br' } })).headers['content-encoding'],
    ).toBeUndefined()
  })

  it('is sent from the file where what was packed of it is older', async () => {
    const { port, put, folder } = await served()
    put('a.js.br', brotliCompressSync('old'))
    put('a.js', 'new')
    utimesSync(join(folder, 'a.js.br'), 1, 1)
    expect((await askHttps(port, '/a.js', { headers: { 'accept-encoding': 'br' } })).text).toBe('new')
  })

  it('answers the head of a file alone where that is asked for', async () => {
    const { port } = await served()
    const { status, text, headers } = await askHttps(port, '/', { method: 'HEAD' })
    expect([status, text, Number(headers['content-length']) > 0]).toEqual([200, '', true])
  })

  it('lets what answers beside it say for itself what may be asked', async () => {
    const echo: WebRoute = { methods: ['POST'], answer: ({ response, path }) => sendText(response, 200, path) }
    const { port } = await served({ routes: new Map([['echo', echo]]) })
    expect(await askHttps(port, '/echo/a%20b?c', { method: 'POST' })).toMatchObject({
      status: 200,
      text: '/echo/a b\n',
    })
    const { status, headers } = await askHttps(port, '/echo')
    expect([status, headers.allow]).toEqual([405, 'POST'])
  })

  it('goes on where what answers beside it fails', async () => {
    const failing: WebRoute = { methods: ['GET'], answer: () => Promise.reject(new Error('/etc/lares/secret')) }
    const { port } = await served({ routes: new Map([['failing', failing]]) })
    const { status, text } = await askHttps(port, '/failing')
    expect([status, text]).toEqual([500, 'The hub could not answer; its log says why.\n'])
    expect((await askHttps(port, '/')).status).toBe(200)
  })

  it('gives the place of a connection back when it ends, in the handshake and after it', async () => {
    const { port, broker } = await served()
    await askHttps(port, '/')
    await until(() => broker.stats().connections === 0, 'no connection is left')
    const half = connect(port, '127.0.0.1')
    half.on('error', () => {})
    half.write(Buffer.from([0x16, 0x03, 0x01]))
    await until(() => broker.stats().connections === 1, 'one is in its handshake')
    half.end('no TLS at all')
    await until(() => broker.stats().connections === 0, 'it is gone')
  })

  it('keeps few silent connections, and shows itself to others', async () => {
    const { port, broker } = await served({}, { limits: { arriving: { total: 5, perAddress: 5 } } })
    const silent = Array.from({ length: 30 }, () => connect(port, '127.0.0.1'))
    const closed = silent.map(
      (socket) =>
        new Promise((resolve) =>
          socket
            .on('error', () => {})
            .resume()
            .once('close', resolve),
        ),
    )
    await Promise.all(closed.slice(0, 20))
    expect(broker.stats().connections).toBeLessThanOrEqual(6)
    expect((await askHttps(port, '/')).status).toBe(200)
    for (const socket of silent) socket.destroy()
  })

  it('answers as often as it is asked on one connection, and no crowd of questions at once', async () => {
    const { port, put } = await served()
    put('large.js', Buffer.alloc(200_000))
    const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false })
    for (let at = 0; at < 40; at += 1) expect((await askHttps(port, '/', { agent })).status).toBe(200)
    agent.destroy()
    const peer = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
    peer.on('error', () => {})
    let bytes = 0
    peer.on('data', (chunk: Buffer) => {
      bytes += chunk.length
    })
    peer.write(`GET /large.js HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`.repeat(100))
    await once(peer, 'close')
    expect(bytes).toBeLessThan(16 * 200_000)
  })

  it('stops while somebody is in the middle of asking', async () => {
    const { port, page, broker } = await served()
    const half = connect(port, '127.0.0.1')
    half.on('error', () => {})
    half.write(Buffer.from([0x16, 0x03, 0x01]))
    await until(() => broker.stats().connections === 1)
    page.stop()
    await turns(5)
    expect(broker.stats().connections).toBe(0)
    half.destroy()
    await expect(askHttps(port, '/')).rejects.toThrow('ECONNREFUSED')
  })
})
