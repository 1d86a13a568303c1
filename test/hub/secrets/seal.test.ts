import { createSecretKey, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { keyIdOf, type SealedAt, type SealingKey, seal, unseal } from '../../../hub/secrets/seal.ts'
import { systemRandom } from '../../../shared/ids.ts'

const AT: SealedAt = { table: 'secrets', column: 'value', row: 'home-assistant' }
const UNREADABLE = expect.objectContaining({ code: 'sealed_unreadable' })
const newKey = (id: string): SealingKey => ({ id, key: createSecretKey(randomBytes(32)) })
const KEY = newKey('k1-aaaaaaaa')
const sealed = (text: string, at = AT) => seal(KEY, Buffer.from(text), { at, random: systemRandom })

describe('a sealed value', () => {
  it.each(['a token', '', 'ünïcödé 🏠', 'x'.repeat(8_192)])('opens where it was sealed: %j', (text) => {
    expect(unseal(KEY, sealed(text), AT).toString()).toBe(text)
  })

  it('shows neither what it holds nor that it holds the same as another', () => {
    expect(sealed('a token')).not.toBe(sealed('a token'))
    const bytes = Buffer.from(sealed('a token').split(':')[2] ?? '', 'base64url')
    expect(bytes.includes('a token')).toBe(false)
    expect(bytes).toHaveLength(12 + 'a token'.length + 16)
  })

  it.each([
    ['another table', { ...AT, table: 'device_credentials' }],
    ['another column', { ...AT, column: 'encrypted_data' }],
    ['another row', { ...AT, row: 'mail' }],
    ['a row whose name runs into the column', { table: 'secrets', column: 'valuehome', row: '-assistant' }],
  ])('does not open in %s', (_what, at) => {
    expect(() => unseal(KEY, sealed('a token'), at)).toThrow(UNREADABLE)
  })

  it('does not open with another key, nor under the name of another', () => {
    const text = sealed('a token')
    expect(() => unseal(newKey('k1-aaaaaaaa'), text, AT)).toThrow(UNREADABLE)
    const renamed = { ...KEY, id: 'k2-aaaaaaaa' }
    expect(() => unseal(renamed, text.replace('k1-', 'k2-'), AT)).toThrow(UNREADABLE)
  })

  it('does not open when one bit of it was changed, or a piece is missing', () => {
    const text = sealed('a token')
    const [mark, id, body = ''] = text.split(':')
    const bytes = Buffer.from(body, 'base64url')
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ 1
      expect(() => unseal(KEY, `${mark}:${id}:${changed.toString('base64url')}`, AT)).toThrow(UNREADABLE)
    }
    for (const length of [0, 11, 12, 27, bytes.length - 1])
      expect(() => unseal(KEY, `${mark}:${id}:${bytes.subarray(0, length).toString('base64url')}`, AT)).toThrow(
        UNREADABLE,
      )
  })

  it('names its key, and a text that is not sealed names none', () => {
    expect(keyIdOf(sealed('a token'))).toBe('k1-aaaaaaaa')
    for (const text of ['', 'a token', 'sealed1:', 'sealed2:k1-aaaaaaaa:abc', 'xsealed1:k1-aaaaaaaa:abc'])
      expect(keyIdOf(text)).toBeNull()
  })
})
