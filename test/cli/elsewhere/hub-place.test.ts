import { describe, expect, it } from 'vitest'
import { authorityOf, readHubPlace } from '../../../cli/elsewhere/hub-place.ts'
import { asPattern } from '../../remedies/lib/as-pattern.ts'

describe('the address of a hub', () => {
  it.each([
    ['lares.local', 'lares.local', 8443, 'lares.local:8443'],
    [' Lares.Local. ', 'lares.local', 8443, 'lares.local:8443'],
    ['192.168.1.5:9443', '192.168.1.5', 9443, '192.168.1.5:9443'],
    ['https://lares.local:8443/#/devices', 'lares.local', 8443, 'lares.local:8443'],
    ['https://house.example', 'house.example', 443, 'house.example'],
    ['house.example:443', 'house.example', 443, 'house.example'],
    ['[fd00::5]:9000', 'fd00::5', 9000, '[fd00::5]:9000'],
    ['fd00::5', 'fd00::5', 8443, '[fd00::5]:8443'],
    ['häuschen.local', 'xn--huschen-5wa.local', 8443, 'xn--huschen-5wa.local:8443'],
  ])('is read as it is typed or copied: %s', (typed, host, port, authority) => {
    const place = readHubPlace(typed)
    expect(place).toEqual({ host, port })
    expect(authorityOf(place)).toBe(authority)
  })

  it.each([
    ['', 'is no address of a hub', 'Write it like lares.local, 192.168.1.5 or hub.example:8443.'],
    ['a b', 'is no address of a hub', 'Write it like lares.local, 192.168.1.5 or hub.example:8443.'],
    ['lares.local:99999', 'is no address of a hub', 'Write it like lares.local, 192.168.1.5 or hub.example:8443.'],
    [
      'https://anna:secret@lares.local',
      'names a user',
      'Write the address alone; the user is asked for, or given as --user.',
    ],
    ['http://lares.local:8080/x', 'goes to no hub over http', 'Write https, or the name alone: lares login ….'],
  ])('is refused where it is none, or would show what is secret: %j', (typed, says, hint) => {
    const read = () => readHubPlace(typed)
    expect(read).toThrow(
      expect.objectContaining({
        code: 'bad_params',
        message: expect.stringContaining(says),
        hint: expect.stringMatching(asPattern(hint)),
      }),
    )
    expect(read).not.toThrow(/secret/)
  })
})
