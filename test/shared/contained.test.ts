import { describe, expect, it } from 'vitest'
import { Backoff } from '../../shared/backoff.ts'
import { ManualClock } from '../../shared/clock.ts'
import { contained } from '../../shared/contained.ts'
import { LaresError } from '../../shared/errors.ts'
import { silentLog } from '../../shared/log.ts'

describe('a contained part', () => {
  const parts = () => {
    const clock = new ManualClock()
    const told: (string | null)[] = []
    const log = silentLog
    const backoff = new Backoff({ firstMs: 1_000, capMs: 4_000, random: () => 0.5 })
    return {
      told,
      clock,
      options: { clock, log, backoff, failed: (error: Error | null) => void told.push(error?.message ?? null) },
    }
  }
  const settled = () => new Promise((resolve) => setImmediate(resolve))

  it('that does not start says why, is tried again, and says when it works', async () => {
    const { told, clock, options } = parts()
    let taken = true
    const part = contained(
      'web',
      { start: () => (taken ? Promise.reject(new Error('in use')) : undefined), stop() {} },
      options,
    )
    await part.start()
    expect(told).toEqual(['in use'])
    clock.advance(1_000)
    await settled()
    taken = false
    clock.advance(2_000)
    await settled()
    expect(told).toEqual(['in use', 'in use', null])
  })

  it.each([
    ['a known trouble', new LaresError('bad_config', 'no such address', { hint: 'Name another.' }), false],
    ['a fault of ours', new TypeError('no such method'), true],
  ])('that meets %s is logged with the stack of that alone', async (_, thrown, withStack) => {
    const { options } = parts()
    const lines: unknown[] = []
    const log = { ...silentLog, error: (fields: unknown) => void lines.push(fields) } as typeof silentLog
    await contained('web', { start: () => Promise.reject(thrown), stop() {} }, { ...options, log }).start()
    const [{ error }] = lines as [{ error: string }]
    expect(error).toContain(thrown.message)
    expect(/\n\s+at /.test(error)).toBe(withStack)
  })

  it('is not tried again once it was stopped', async () => {
    const { told, clock, options } = parts()
    const part = contained('web', { start: () => Promise.reject(new Error('in use')), stop() {} }, options)
    await part.start()
    await part.stop()
    clock.advance(60_000)
    await settled()
    expect(told).toEqual(['in use'])
  })
})
