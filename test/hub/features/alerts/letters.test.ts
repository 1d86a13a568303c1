import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { LaresError } from '../../../../shared/errors.ts'
import { type BrokerKey, makeBrokerKey } from '../../makers/broker-tls.ts'
import { bring, secretOf } from './message-runs.ts'

interface Letter {
  from: string
  to: string[]
  text: string
  user: string | null
  secure: boolean
}

let folder: string
let tls: BrokerKey
const stops: (() => Promise<void>)[] = []

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lares-letters-'))
  tls = makeBrokerKey(folder, 'mail')
})
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

/** A server for letters on loopback that knows `anna` with the password `a password`. */
async function mailServer(options: SMTPServerOptions = {}) {
  const letters: Letter[] = []
  const server = new SMTPServer({
    key: readFileSync(tls.key),
    cert: tls.pem,
    authOptional: true,
    logger: false,
    onAuth({ username, password }, _session, done) {
      if (username === 'anna' && password === 'a password') done(null, { user: username })
      else done(new Error('wrong user or password'))
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        letters.push({
          from: mailFrom ? mailFrom.address : '',
          to: rcptTo.map(({ address }) => address),
          text: Buffer.concat(chunks).toString('utf8'),
          user: (session.user as string | undefined) ?? null,
          secure: session.secure,
        })
        done()
      })
    },
    ...options,
  })
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  stops.push(() => new Promise((resolve) => server.close(() => resolve())))
  const { port } = server.server.address() as { port: number }
  return { port, letters }
}

const entry = (port: number, more: Record<string, unknown> = {}) => ({
  ...{ kind: 'mail', url: `smtp://127.0.0.1:${port}`, from: 'lares@example.com', to: ['anna@example.com'] },
  ca: tls.cert,
  ...more,
})
const LOGIN = { user: 'anna', secret: 'mail' }
const secrets = () => secretOf('a password\n')
const reason = (promise: Promise<void>) =>
  promise.then(
    () => 'arrived',
    ({ code, message }: LaresError) => `${code}: ${message}`,
  )

describe('a letter', () => {
  it('goes over TLS after STARTTLS, with the password, and says in plain text what is wrong', async () => {
    const { port, letters } = await mailServer()
    await bring(entry(port, { ...LOGIN, to: ['anna@example.com', 'ben@example.com'] }), {
      secrets: secrets(),
      key: 'k-1',
    })
    const [letter] = letters
    expect(letter).toMatchObject({
      from: 'lares@example.com',
      to: ['anna@example.com', 'ben@example.com'],
      user: 'anna',
      secure: true,
    })
    expect(letter?.text).toContain('Subject: Kitchen Pi is offline\r\n')
    expect(letter?.text).toContain('Message-ID: <k-1@example.com>\r\n')
    expect(letter?.text).toContain('Auto-Submitted: auto-generated\r\n')
    expect(letter?.text).toContain('Content-Type: text/plain')
    expect(letter?.text).toContain('Kitchen Pi is offline (14:05)')
    expect(letter?.text).not.toContain('text/html')
  })

  it('goes over TLS from the first byte', async () => {
    const { port, letters } = await mailServer({ secure: true })
    await bring(entry(port, { ...LOGIN, url: `smtps://127.0.0.1:${port}` }), { secrets: secrets() })
    expect(letters).toMatchObject([{ user: 'anna', secure: true }])
  })

  it('has no header that somebody put into the name of a thing', async () => {
    const { port, letters } = await mailServer()
    const title = 'Küche\r\nBcc: eve@example.com\r\n\r\n<b>x</b>'
    await bring(entry(port), { message: { title, text: `${title}\n.\r\nRSET` } })
    expect(letters).toHaveLength(1)
    expect(letters[0]?.to).toEqual(['anna@example.com'])
    const [head = ''] = (letters[0]?.text ?? '').split('\r\n\r\n')
    expect(head).not.toMatch(/^bcc:/im)
  })

  it('is not sent where the server has no TLS, and its password is said to nobody', async () => {
    const said: string[] = []
    const { port, letters } = await mailServer({
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth({ password }, _session, done) {
        said.push(String(password))
        done(null, { user: 'anna' })
      },
    })
    expect(await reason(bring(entry(port, LOGIN), { secrets: secrets() }))).toMatch(/^unreachable: /)
    expect([letters, said]).toEqual([[], []])
  })

  it('is not sent to a server for which nobody vouches', async () => {
    const { port, letters } = await mailServer()
    const { ca: _, ...stranger } = entry(port, LOGIN)
    expect(await reason(bring(stranger, { secrets: secrets() }))).toBe(
      'unreachable: nobody whom this machine knows vouches for its certificate',
    )
    expect(letters).toEqual([])
  })

  it('goes without TLS only where hub.toml says so, and then without a password', async () => {
    const { port, letters } = await mailServer({ hideSTARTTLS: true })
    expect(await reason(bring(entry(port, { plain: true })))).toBe('arrived')
    expect(letters).toMatchObject([{ user: null, secure: false }])
  })

  it('that is refused is worth another try, and says why', async () => {
    const wrong = await mailServer()
    expect(await reason(bring(entry(wrong.port, LOGIN), { secrets: secretOf('another') }))).toMatch(
      /^unreachable: .*wrong user or password/,
    )
    const full = await mailServer({
      onRcptTo: (_address, _session, done) => done(Object.assign(new Error('mailbox full'), { responseCode: 452 })),
    })
    expect(await reason(bring(entry(full.port)))).toMatch(/^unreachable: .*mailbox full/)
  })

  it('is left where the server hangs, closes or speaks something else', async () => {
    const over = new AbortController()
    const hangs = createServer(() => over.abort())
    const closes = createServer((socket) => void socket.destroy())
    const other = createServer((socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    for (const [server, signal] of [
      [hangs, over.signal],
      [closes, undefined],
      [other, undefined],
    ] as const) {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const { port } = server.address() as { port: number }
      expect(await reason(bring(entry(port), signal ? { signal } : {}))).toMatch(/^unreachable: /)
      server.close()
    }
  })
})
