import { describe, expect, it } from 'vitest'
import { PinClaims } from '../../../edge/gpio/claims.ts'

const LINES = 28

describe('a pin', () => {
  it.each([-1, 1.5, LINES])('is none when its number is %d', (pin) => {
    expect(() => new PinClaims().claim(pin, LINES)).toThrow('no pin of this machine')
  })

  it('is refused to a second part, until the first has let it go', async () => {
    const claims = new PinClaims()
    claims.claim(17, LINES)
    const gone: number[] = []
    const release = claims.hold(17, async () => void gone.push(17))
    expect(() => claims.claim(17, LINES)).toThrow('GPIO17 is used twice')
    await Promise.all([release(), release()])
    expect(gone).toEqual([17])
    expect(() => claims.claim(17, LINES)).not.toThrow()
  })

  it('is let go at the end, whatever another one does then', async () => {
    const claims = new PinClaims()
    const gone: number[] = []
    for (const pin of [1, 2, 3]) {
      claims.claim(pin, LINES)
      claims.hold(pin, async () => {
        gone.push(pin)
        if (pin === 1) throw new Error('its kernel file hangs')
      })
    }
    await claims.releaseAll()
    expect(gone).toEqual([1, 2, 3])
    expect(() => claims.claim(1, LINES)).not.toThrow()
  })
})
