import { describe, expect, it } from 'vitest'
import { chosenPlace, namedPlaces } from '../../../hub/contract/named-places.ts'

const schema = namedPlaces('https', 'http')
const HOME = { url: 'https://home.example:8123/', secret: 'home-assistant' }

describe('the named places of a section', () => {
  it('are none by default, and each an address with what lets the hub in, if anything', () => {
    expect(schema.parse(undefined)).toEqual({})
    const written = {
      home: HOME,
      open: { url: 'http://127.0.0.1:8000/' },
      mail: { url: 'https://m/', secret_file: '/run/x' },
    }
    expect(schema.parse(written)).toEqual(written)
  })

  it.each([
    ['a key that no verb could say', { 'My Home': HOME }, /invalid key/i],
    ['a protocol that its feature does not speak', { home: { url: 'file:///etc/passwd' } }, /invalid/i],
    ['what is no address', { home: { url: 'home' } }, /invalid/i],
    ['a password in the address', { home: { url: 'https://ann:canary@home.example/' } }, /holds a password/],
    ['a secret twice', { home: { ...HOME, secret_file: '/etc/x' } }, /has both/],
    ['a secret itself instead of its name', { home: { ...HOME, secret: 'eyJhbGciOi.JIUzI1NiJ9' } }, /is no name/],
    [
      'a file whose folder depends on where the hub was started',
      { home: { url: HOME.url, secret_file: 'x' } },
      /whole/,
    ],
    ['anything else', { home: { ...HOME, token: 'x' } }, /unrecognized/i],
  ])('refuse %s', (_what, written, words) => {
    const { error } = schema.safeParse(written)
    expect(error?.issues.map(({ message }) => message).join('; ')).toMatch(words)
  })

  it('are chosen by key, and the nearest is named where there is none', () => {
    expect(chosenPlace({ home: HOME }, 'home')).toBe(HOME)
    const refused = (hint: string) => expect.objectContaining({ code: 'not_found', hint })
    expect(() => chosenPlace({ home: HOME }, 'hme')).toThrow(refused('Did you mean home? There are home.'))
    for (const key of ['constructor', '__proto__', 'https://elsewhere.example/'])
      expect(() => chosenPlace({ home: HOME }, key)).toThrow(refused('There are home.'))
    expect(() => chosenPlace({}, 'home')).toThrow(
      refused('Add it to hub.toml and restart the hub: only there it is said where something is.'),
    )
  })
})
