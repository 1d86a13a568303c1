import { describe, expect, it } from 'vitest'
import { formatJoinToken, type JoinToken, parseJoinToken } from '../../shared/join-token.ts'

const token: JoinToken = {
  addresses: ['192.168.1.2:8883', '[fe80::1]:8883'],
  pin: `${'Ab_-'.repeat(10)}xyz`,
  code: '7h3k9m2p',
}

describe('a join token', () => {
  it('comes back as it was, also with line breaks from a terminal', () => {
    const text = formatJoinToken(token)
    expect(text).toMatch(/^lares1\.[\w-]+$/)
    expect(parseJoinToken(text)).toEqual(token)
    expect(parseJoinToken(`  ${text.slice(0, 40)}\n ${text.slice(40)}\r\n`)).toEqual(token)
  })

  it('is refused when a part of it is missing, or it is something else', () => {
    const text = formatJoinToken(token)
    const other = (value: unknown) => `lares1.${Buffer.from(JSON.stringify(value)).toString('base64url')}`
    for (const bad of [
      '',
      'lares1.',
      'lares2.abc',
      text.slice(1),
      text.slice(0, -10),
      other(null),
      other({ a: [], p: token.pin, c: 'x' }),
      other({ a: ['no-port'], p: token.pin, c: 'x' }),
      other({ a: ['h:1'], p: 'short', c: 'x' }),
      other({ a: ['h:1'], p: token.pin, c: '' }),
    ])
      expect(() => parseJoinToken(bad)).toThrow(expect.objectContaining({ code: 'bad_token' }))
  })
})
