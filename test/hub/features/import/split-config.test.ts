import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isSecretName, isSecretValue } from '../../../../hub/features/import/secret-words.ts'
import { splitConfig } from '../../../../hub/features/import/split-config.ts'

describe('a name', () => {
  it.each([
    ...[
      'password',
      'Passwd',
      'wifi_password',
      'wifiPassword',
      'PASSPHRASE',
      'pin',
      'pinCode',
      'api-key',
      'apiKey',
      'APIKEY',
    ],
    ...[
      'token',
      'accessToken',
      'accesstoken',
      'refresh_token',
      'client_secret',
      'clientSecret',
      'local_key',
      'localKey',
    ],
    ...['username', 'user', 'login', 'e-mail', 'auth', 'Authorization', 'x-auth', 'cookie', 'psk', 'noise_psk', 'key'],
    ...['hue.username', 'Kennwort', 'Passwort', 'private_key', 'appKey', 'credentials', 'session_id', 'encryption key'],
  ])('%s is one of a secret', (name) => expect(isSecretName(name)).toBe(true))

  it.each([
    ...['host', 'ip', 'port', 'monkey', 'keyboard', 'poll_s', 'bridge_ip', 'expires_at', 'token_expires_at', 'passive'],
    ...['compass', 'spinning', 'zipcode2go', 'usb', 'users_guide', 'serial', 'mac', 'brightness', 'tokenExpiry'],
  ])('%s is none', (name) => expect(isSecretName(name)).toBe(false))
})

describe('a value', () => {
  it.each([
    ...[
      'rtsp://admin:1234@10.0.0.9/live',
      'https://token@host/',
      'http://h/x?api_key=1',
      'Bearer abcdefgh',
      'see Basic YTpiOmM=',
    ],
    ...[
      'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx.x',
      '-----BEGIN RSA PRIVATE KEY-----',
      'a1'.repeat(20),
      'http://h/?a=1&accessToken=x',
    ],
  ])('%s lets somebody in', (value) => expect(isSecretValue(value)).toBe(true))

  it.each([
    ...[
      '192.168.1.20',
      'http://192.168.1.20:8080/api?x=1',
      'basic',
      'Living room',
      'AA:BB:CC:DD:EE:FF',
      'a'.repeat(64),
    ],
    ...['rtsp://10.0.0.9/live', 'mail me at home', '2026-01-01T00:00:00.000Z'],
  ])('%s does not', (value) => expect(isSecretValue(value)).toBe(false))

  it('is looked at once, however it is made: sixteen times the length costs no two hundred times the time', () => {
    for (const part of ['a.', 'eyJ-', '?key', 'key-', 'bearer ', '://a', '-----BEGIN PRIVATE KEY']) {
      const timed = (length: number) => {
        const text = `?${part.repeat(length / part.length)}`
        const begun = performance.now()
        for (let times = 0; times < 5; times += 1) isSecretValue(text)
        return Math.max(1, performance.now() - begun)
      }
      timed(4_000)
      expect([part, timed(64_000) < 200 * timed(4_000)]).toEqual([part, true])
    }
  })
})

describe('a configuration', () => {
  it('is taken apart where something secret stands in it, however deep', () => {
    const config = {
      ...{ host: 'h', 'a/b': { 'c~d': { password: 'p', port: 1 } }, list: [1, 2], cameras: [{ url: 'x', key: 'k' }] },
      ...{ token: '', key: null, auth: false, empty: {}, urls: ['rtsp://a:b@c/'] },
    }
    expect(splitConfig(config)).toEqual({
      open: {
        ...{ host: 'h', 'a/b': { 'c~d': { port: 1 } }, list: [1, 2], token: '', key: null, auth: false, empty: {} },
      },
      secrets: {
        '/a~1b/c~0d/password': 'p',
        '/cameras': [{ url: 'x', key: 'k' }],
        '/urls': ['rtsp://a:b@c/'],
      },
    })
  })

  it('with fields that mean something to JavaScript is only data', () => {
    const config = JSON.parse('{"__proto__": {"password": "p", "x": 1}, "constructor": 2}') as Record<string, unknown>
    const { open, secrets } = splitConfig(config)
    expect(JSON.stringify(open)).toBe('{"__proto__":{"x":1},"constructor":2}')
    expect(secrets).toEqual({ '/__proto__/password': 'p' })
    expect(({} as Record<string, unknown>).x).toBeUndefined()
  })

  it('has nothing left of what stands in a secret field, whatever it is, and nothing of it is lost', () => {
    const SECRET = 'canary-7f3a'
    const leaf = fc.constantFrom('plain', 1, true, null, SECRET)
    const names = fc.constantFrom('host', 'list', 'password', 'apiKey', 'x', 'auth', '__proto__')
    const config = fc.object({ key: names, maxDepth: 5, values: [leaf] })
    fc.assert(
      fc.property(config, (given) => {
        const { open, secrets } = splitConfig(given)
        expect(secretsIn(open)).toEqual([])
        expect(count(open) + count(secrets)).toBe(count(given))
      }),
      { numRuns: 2_000 },
    )
  })
})

/** Names of fields with a secret's name that hold a text or a number. */
function secretsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) =>
    isSecretName(name) && (typeof inner === 'string' || typeof inner === 'number') ? [name] : secretsIn(inner),
  )
}

function count(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1
  return Object.values(value).reduce<number>((sum, inner) => sum + count(inner), 0)
}
