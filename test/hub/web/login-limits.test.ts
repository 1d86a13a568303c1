import { describe, expect, it } from 'vitest'
import { LoginLimits, TooManyTries } from '../../../hub/web/login-limits.ts'
import { ManualClock } from '../../../shared/clock.ts'

const MINUTE_MS = 60_000

function limits() {
  const clock = new ManualClock(0)
  const book = new LoginLimits(clock)
  /** How long somebody has to wait who tries; 0: they may. */
  const tried = (email: string, address: string, { known = false } = {}) => {
    try {
      book.begin({ email, address })
      book.beginAnywhere({ email, address }, known)
      return 0
    } catch (error) {
      if (error instanceof TooManyTries) return error.waitMs
      throw error
    }
  }
  return { clock, book, tried }
}

describe('how often somebody may try to log in', () => {
  it('grows to a quarter of an hour for one address at one account, and no further', async () => {
    const { clock, tried } = limits()
    let longest = 0
    for (let at = 0; at < 40; at += 1) {
      const wait = tried('anna', '10.0.0.1')
      longest = Math.max(longest, wait)
      await clock.advance(wait)
    }
    expect(longest).toBe(15 * MINUTE_MS)
    await clock.advance(60 * MINUTE_MS)
    expect(tried('anna', '10.0.0.1')).toBe(0)
  })

  it('is the same for one address at all accounts together', () => {
    const { tried } = limits()
    const waits = Array.from({ length: 40 }, (_, at) => tried(`somebody ${at}`, '10.0.0.1'))
    expect(waits.slice(0, 21)).toEqual(Array(21).fill(0))
    expect(waits[21]).toBe(1_000)
    expect(tried('anna', '10.0.0.2')).toBe(0)
  })

  it('counts all addresses of one IPv6 network as one', () => {
    const { tried } = limits()
    const waits = Array.from({ length: 30 }, (_, at) => tried(`somebody ${at}`, `2001:db8:1:2::${at.toString(16)}`))
    expect(waits.at(-1)).toBeGreaterThan(0)
    expect(tried('anna', '2001:db8:1:3::1')).toBe(0)
    expect(tried('anna', '2001:db8::1:2:0:1')).toBe(0)
  })

  it('locks nobody out where they are logged in, whoever guesses from everywhere', async () => {
    const { clock, tried } = limits()
    for (let at = 0; at < 60; at += 1) tried('anna', `10.0.1.${at}`)
    expect(tried('anna', '10.0.2.1')).toBeGreaterThan(0)
    expect(tried('anna', '192.168.1.20', { known: true })).toBe(0)
    for (let at = 0; at < 200; at += 1) {
      tried('anna', `10.0.3.${at}`)
      await clock.advance(10_000)
    }
    await clock.advance(MINUTE_MS)
    expect(tried('anna', '10.0.4.1')).toBe(0)
  })

  it('forgets the tries of an address at an account that it logged in to, and not those at others', () => {
    const { book, tried } = limits()
    for (let at = 0; at < 4; at += 1) tried('anna', '10.0.0.1')
    book.succeeded({ email: 'anna', address: '10.0.0.1' })
    for (let at = 0; at < 4; at += 1) expect(tried('anna', '10.0.0.1')).toBe(0)
    for (let at = 0; at < 14; at += 1) tried(`somebody ${at}`, '10.0.0.1')
    book.succeeded({ email: 'anna', address: '10.0.0.1' })
    expect(tried('one', '10.0.0.1')).toBe(0)
    expect(tried('another', '10.0.0.1')).toBeGreaterThan(0)
  })

  it('remembers few who tried, the newest', () => {
    const { tried } = limits()
    for (let at = 0; at < 6; at += 1) tried('anna', '10.0.0.1')
    for (let at = 0; at < 11_000; at += 1) tried(`somebody ${at}`, `10.${at >> 8}.1.${at & 255}`)
    expect(tried('anna', '10.0.0.1')).toBe(0)
  })
})
