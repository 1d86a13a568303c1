import { describe, expect, it, vi } from 'vitest'
import { ANSWER_MS, AwaitedAnswers } from '../../web/hub/awaited-answers.ts'
import { fits } from '../../web/hub/connection.ts'

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))

describe('a topic', () => {
  it('fits filters by the rules of MQTT', () => {
    expect(fits('+/state/#', 'kitchen-pi/state/load')).toBe(true)
    expect(fits('+/status', 'kitchen-pi/status')).toBe(true)
    expect(fits('+/status', 'kitchen-pi/status/more')).toBe(false)
    expect(fits('hub/+', 'hub/health')).toBe(true)
    expect(fits('hub/+', 'hub')).toBe(false)
    expect(fits('#', 'anything/at/all')).toBe(true)
  })
})

describe('a question to the hub', () => {
  it('gets its own answer, whatever comes before it', async () => {
    const awaited = new AwaitedAnswers()
    const first = awaited.put<number>('a/b', {}, {})
    const second = awaited.put<number>('a/b', {}, {})
    expect(first.request.id).not.toBe(second.request.id)
    awaited.take(bytes({ id: second.request.id, status: 'ok', data: 2 }))
    awaited.take(bytes({ id: 'of somebody else', status: 'ok', data: 3 }))
    awaited.take(bytes({ id: first.request.id, status: 'ok', data: 1 }))
    expect(await Promise.all([first.answer, second.answer])).toEqual([1, 2])
  })

  it('fails with what the hub says is wrong, and its remedy', async () => {
    const awaited = new AwaitedAnswers()
    const { request, answer } = awaited.put('a/b', {}, {})
    const error = { code: 'not_found', message: 'there is no lamp', hint: 'See the list.' }
    awaited.take(bytes({ id: request.id, status: 'error', error }))
    await expect(answer).rejects.toMatchObject(error)
  })

  it('says where the answer is only what is known so far', async () => {
    const awaited = new AwaitedAnswers()
    const pending = vi.fn()
    const { request, answer } = awaited.put('a/b', {}, { pending })
    awaited.take(bytes({ id: request.id, status: 'pending', data: 'sent' }))
    expect(await answer).toBe('sent')
    expect(pending).toHaveBeenCalledOnce()
  })

  it('confirms only what it was told to', () => {
    const awaited = new AwaitedAnswers()
    expect(awaited.put('a/b', {}, {}).request).not.toHaveProperty('confirm')
    expect(awaited.put('a/b', {}, { confirm: true }).request).toHaveProperty('confirm', true)
  })

  it('is given up when nobody answers, and when the hub goes away', async () => {
    vi.useFakeTimers()
    const awaited = new AwaitedAnswers()
    const late = expect(awaited.put('a/b', {}, {}).answer).rejects.toMatchObject({ code: 'unreachable' })
    vi.advanceTimersByTime(ANSWER_MS)
    await late
    vi.useRealTimers()
    const away = awaited.put('a/b', {}, {})
    awaited.failAll(Object.assign(new Error('away'), { code: 'unreachable', hint: '' }))
    await expect(away.answer).rejects.toThrow('away')
  })
})
