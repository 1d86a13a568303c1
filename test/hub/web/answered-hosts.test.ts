import { describe, expect, it } from 'vitest'
import { askedHost } from '../../../hub/web/answered-hosts.ts'

const at = { localAddress: '192.168.1.5', names: ['house.example', 'fd00::5'], machine: () => 'Hearth.lan' }

describe('a hub that is asked for a page', () => {
  it.each([
    ['localhost:8443', 'localhost'],
    ['lares.local:8443', 'lares.local'],
    ['LARES.local', 'lares.local'],
    ['hearth.lan:8443', 'hearth.lan'],
    ['hearth.local:8443', 'hearth.local'],
    ['house.example', 'house.example'],
    ['192.168.1.5:8443', '192.168.1.5'],
    ['[fd00::5]:8443', 'fd00::5'],
  ])('answers when it is asked as %s', (header, host) => {
    expect(askedHost(header, at)).toEqual({ host, authority: header.toLowerCase() })
  })

  it.each([
    undefined,
    '',
    'evil.example:8443',
    'house.example.evil.example',
    'lares.local.evil.example:8443',
    '192.168.1.6:8443',
    '192.168.1.5.evil.example',
    'localhost:8443@evil.example',
    'lares.local/evil',
    "lares.local'; script-src *",
    '[::1]:8443',
  ])('answers nobody who asks for %j, whose name leads to its address', (header) => {
    expect(askedHost(header, at)).toBeNull()
  })

  it('knows the address at which it was reached, also where the socket takes both families', () => {
    const reached = (localAddress: string, header: string) => askedHost(header, { ...at, localAddress })?.host ?? null
    expect(reached('::ffff:10.0.0.7', '10.0.0.7:8443')).toBe('10.0.0.7')
    expect(reached('::1', '[::1]:8443')).toBe('::1')
    expect(reached('fe80::1%eth0', '[fe80::1]:8443')).toBe('fe80::1')
    expect(reached('10.0.0.7', '192.168.1.5')).toBeNull()
  })
})
