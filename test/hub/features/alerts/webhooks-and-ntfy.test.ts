import { createHmac } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ALERTS } from '../../../../hub/features/alerts/settings.ts'
import { LaresError } from '../../../../shared/errors.ts'
import { makeBrokerKey } from '../../makers/broker-tls.ts'
import { bring, MESSAGE, secretOf } from './message-runs.ts'
import { recordingServer } from './recording-server.ts'

const reason = (promise: Promise<void>) =>
  promise.then(
    () => 'arrived',
    (error: LaresError) => {
      expect(error.code).toBe('unreachable')
      return error.message
    },
  )

describe('a webhook', () => {
  it('gets JSON, with a key that is the same whenever the same message comes', async () => {
    const server = await recordingServer()
    for (let times = 0; times < 2; times += 1)
      await bring({ kind: 'webhook', url: `${server.url}/hook?x=1` }, { key: 'k' })
    const [first, second] = server.received
    expect(first).toMatchObject({ method: 'POST', path: '/hook?x=1' })
    expect(first?.headers).toMatchObject({ 'content-type': 'application/json', 'idempotency-key': 'k' })
    expect(second?.headers['idempotency-key']).toBe('k')
    const { target: _, ...said } = MESSAGE
    expect(JSON.parse(first?.body ?? '')).toEqual(said)
    expect(first?.headers).not.toHaveProperty('x-lares-signature')
  })

  it('can tell by its signature that the message is of this hub, and when it was sent', async () => {
    const server = await recordingServer()
    await bring({ kind: 'webhook', url: server.url, secret: 'hook' }, { secrets: secretOf('a key') })
    const { headers, body } = server.received[0] ?? { headers: {} as Record<string, unknown>, body: '' }
    const [, seconds, hex] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['x-lares-signature'])) ?? []
    expect(seconds).toBe('1800000000')
    expect(hex).toBe(createHmac('sha256', 'a key').update(`${seconds}.${body}`).digest('hex'))
  })

  it('is not followed to elsewhere, and its secret goes nowhere', async () => {
    const elsewhere = await recordingServer()
    const server = await recordingServer((response) => response.writeHead(307, { location: elsewhere.url }).end())
    const said = await reason(bring({ kind: 'webhook', url: server.url, secret: 'hook' }, { secrets: secretOf('x') }))
    expect(said).toBe(
      `it answers with a redirect (307) to ${elsewhere.url}, which is not followed: write the right url`,
    )
    expect(elsewhere.received).toEqual([])
  })

  it('that fails says why, in words and without its controls', async () => {
    const server = await recordingServer((response) => response.writeHead(500).end('out\u001b[31m of\norder'))
    expect(await reason(bring({ kind: 'webhook', url: server.url }))).toBe('it answers 500: out of order')
  })

  it('that says for ever why it fails is heard for a while', async () => {
    const server = await recordingServer((response) => {
      response.writeHead(500)
      const more = () => void (response.destroyed || response.write('x'.repeat(1_000), () => setImmediate(more)))
      more()
    })
    expect(await reason(bring({ kind: 'webhook', url: server.url }))).toMatch(/^it answers 500: x+$/)
  })

  it('that takes a message and closes in the middle of its answer has it', async () => {
    const server = await recordingServer((response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('half', () => response.destroy())
    })
    expect(await reason(bring({ kind: 'webhook', url: server.url }))).toBe('arrived')
  })

  it('that closes before it answers does not', async () => {
    const server = await recordingServer((response) => response.destroy())
    expect(await reason(bring({ kind: 'webhook', url: server.url }))).toBe('it closed the connection without an answer')
  })

  it('that hangs is left when its time is over', async () => {
    const over = new AbortController()
    const server = await recordingServer(() => over.abort())
    expect(await reason(bring({ kind: 'webhook', url: server.url }, { signal: over.signal }))).not.toBe('arrived')
  })

  it('that is not there, or no HTTP, is said to be so', async () => {
    const free = await recordingServer()
    const gone = createServer((socket) => socket.end('220 mail.example.com ESMTP\r\n'))
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve))
    const { port } = gone.address() as { port: number }
    expect(await reason(bring({ kind: 'webhook', url: `http://127.0.0.1:${port}` }))).not.toBe('arrived')
    gone.close()
    expect(await reason(bring({ kind: 'webhook', url: 'http://127.0.0.1:1' }))).toBe('nothing listens there')
    expect(free.received).toEqual([])
  })

  it('shows its certificate, which an authority of the owner may vouch for and a stranger may not', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lares-alerts-'))
    try {
      const { key, pem, cert: ca } = makeBrokerKey(folder, 'server')
      const server = await recordingServer(undefined, { key: readFileSync(key, 'utf8'), cert: pem })
      const entry = { kind: 'webhook', url: server.url, secret: 'hook' }
      const secrets = secretOf('x')
      expect(await reason(bring(entry, { secrets }))).toBe('nobody whom this machine knows vouches for its certificate')
      expect(server.received).toEqual([])
      expect(await reason(bring({ ...entry, ca }, { secrets }))).toBe('arrived')
      expect(await reason(bring({ ...entry, ca: join(folder, 'none') }, { secrets }))).toContain('cannot be read')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('waits for a secret that nobody has entered yet', async () => {
    const secrets = { with: () => Promise.reject(new LaresError('not_found', 'there is no secret hook')) }
    expect(await reason(bring({ kind: 'webhook', url: 'http://127.0.0.1:1', secret: 'hook' }, { secrets }))).toBe(
      'there is no secret hook',
    )
  })

  it('that is gone from hub.toml is not tried again', async () => {
    const entry = { kind: 'webhook', url: 'http://127.0.0.1:1' }
    await expect(bring(entry, { message: { target: 'other' } })).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('ntfy', () => {
  const TOPIC = { kind: 'ntfy', topic: 'a-topic' }

  it('gets a message as its documentation wants it, with a token in no text', async () => {
    const server = await recordingServer()
    await bring({ ...TOPIC, url: server.url, secret: 'ntfy' }, { secrets: secretOf('tk_123\n') })
    const [one] = server.received
    expect(one).toMatchObject({ method: 'POST', path: '/', headers: { authorization: 'Bearer tk_123' } })
    expect(JSON.parse(one?.body ?? '')).toEqual({
      ...{ topic: 'a-topic', title: 'Kitchen Pi is offline', message: 'Kitchen Pi is offline (14:05)' },
      ...{ priority: 4, tags: ['warning'] },
    })
  })

  it.each([
    ['critical', 5, 'rotating_light'],
    ['info', 3, 'information_source'],
    ['over', 2, 'white_check_mark'],
  ] as const)('rings for what is %s with priority %i', async (weight, priority, tag) => {
    const server = await recordingServer()
    await bring({ ...TOPIC, url: server.url }, { message: { weight } })
    expect(JSON.parse(server.received[0]?.body ?? '')).toMatchObject({ priority, tags: [tag] })
    expect(server.received[0]?.headers).not.toHaveProperty('authorization')
  })

  it('gets whatever people call things, in the body and in no header', async () => {
    const server = await recordingServer()
    const title = 'Küche 🔥\r\nX-Evil: 1'
    await bring({ ...TOPIC, url: server.url }, { message: { title } })
    expect(JSON.parse(server.received[0]?.body ?? '')).toMatchObject({ title })
    expect(server.received[0]?.headers).not.toHaveProperty('x-evil')
  })

  it('gets no more bytes than it takes as a message', async () => {
    const server = await recordingServer()
    await bring({ ...TOPIC, url: server.url }, { message: { text: '日本'.repeat(1_500) } })
    const { message } = JSON.parse(server.received[0]?.body ?? '') as { message: string }
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(4_000)
    expect(message).toMatch(/^[日本]{1000,}$/)
  })

  it('is ntfy.sh where nobody says another', () => {
    expect(ALERTS.schema.parse({ targets: { phone: TOPIC } }).targets.phone).toMatchObject({
      url: 'https://ntfy.sh',
      default: true,
      least: 'info',
    })
  })
})

it.each([
  [{ kind: 'webhook', url: 'file:///etc/passwd' }],
  [{ kind: 'webhook', url: 'http://user:pw@host' }],
  [{ kind: 'webhook', url: 'http://host', secret: 'a', secret_file: '/b' }],
  [{ kind: 'ntfy', topic: 'a b' }],
  [{ kind: 'ntfy', topic: 'a/../b' }],
  [{ kind: 'mail', url: 'smtp://host', from: 'a@example.com\r\nBcc: b@example.com', to: ['c@example.com'] }],
  [{ kind: 'mail', url: 'smtp://host', from: 'a@example.com', to: ['c@example.com\r\nd@example.com'] }],
  [
    {
      kind: 'mail',
      url: 'smtp://host',
      from: 'a@example.com',
      to: ['c@example.com'],
      plain: true,
      user: 'u',
      secret: 's',
    },
  ],
  [{ kind: 'mail', url: 'smtps://host', from: 'a@example.com', to: ['c@example.com'], plain: true }],
  [{ kind: 'mail', url: 'smtp://host', from: 'a@example.com', to: ['c@example.com'], user: 'u' }],
])('hub.toml may not say %o', (entry) => {
  expect(ALERTS.schema.safeParse({ targets: { phone: entry } }).success).toBe(false)
})
