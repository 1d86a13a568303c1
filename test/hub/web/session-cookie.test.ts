import { describe, expect, it } from 'vitest'
import { newCookie, shownCookie } from '../../../hub/web/session-cookie.ts'

describe('the cookie of a login', () => {
  it('is kept as its hash, which is found again when the browser shows it', () => {
    const { header, hash } = newCookie()
    const shown = header.split(';')[0] ?? ''
    expect(shownCookie(shown)).toBe(hash)
    expect(shownCookie(`theme=dark; ${shown}; other=1`)).toBe(hash)
    expect(header).not.toContain(hash)
    expect(newCookie().hash).not.toBe(hash)
  })

  it.each([
    undefined,
    '',
    '__Host-lares=',
    '__Host-lares=short',
    `lares=${'x'.repeat(43)}`,
    `__Host-lares=${'x'.repeat(44)}`,
    `__Host-lares=${'x'.repeat(42)}'`,
  ])('is none where the browser shows %j', (header) => expect(shownCookie(header)).toBeUndefined())

  it('is none where there are two, one of which somebody else may have set', () => {
    const one = `__Host-lares=${'x'.repeat(43)}`
    expect(shownCookie(`${one}; ${one}`)).toBeUndefined()
  })
})
