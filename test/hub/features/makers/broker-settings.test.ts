import { describe, expect, it } from 'vitest'
import { MAKERS } from '../../../../hub/features/makers/settings.ts'

const PIN = '0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1ff'
const read = (entry: Record<string, unknown>) => MAKERS.schema.safeParse({ brokers: { home: entry } })
const wrong = (entry: Record<string, unknown>) => read(entry).error?.issues.map(({ message }) => message)

describe('a broker of hub.toml', () => {
  const url = 'mqtts://192.168.1.5'

  it('is known by a pin in any way in which it is written', () => {
    const base64 = Buffer.from(PIN, 'hex').toString('base64')
    for (const pin of [PIN, PIN.toUpperCase(), `sha256//${base64}`])
      expect(read({ url, pin }).data).toEqual({ brokers: { home: { url, pin: PIN } } })
  })

  it('has a pin that is none, or two ways of being known, and is refused with what is wrong', () => {
    expect(wrong({ url, pin: 'the key' })).toEqual([expect.stringMatching(/^is no SHA-256 of a public key/)])
    expect(wrong({ url, pin: PIN, ca: '/etc/lares/ca.pem' })).toEqual([expect.stringMatching(/^has both ca and pin/)])
  })

  it('is not thought to be safe where it speaks no TLS', () => {
    const plain = 'mqtt://192.168.1.5'
    for (const known of [{ pin: PIN }, { ca: '/etc/lares/ca.pem' }])
      expect(wrong({ url: plain, ...known })).toEqual([expect.stringMatching(/^has ca or pin, which are for/)])
  })
})
