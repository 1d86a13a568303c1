import { describe, expect, it, vi } from 'vitest'
import { ManualClock } from '../../shared/clock.ts'
import { Lifecycle } from '../../shared/lifecycle.ts'

function parts(broken: Partial<Record<string, 'start' | 'stop'>> = {}) {
  const order: string[] = []
  const lifecycle = new Lifecycle({ clock: new ManualClock(), stopMs: 100 })
  for (const name of ['a', 'b', 'c'])
    lifecycle.add(name, {
      async start() {
        await Promise.resolve()
        if (broken[name] === 'start') throw new Error(`${name} does not start`)
        order.push(`+${name}`)
      },
      async stop() {
        await Promise.resolve()
        order.push(`-${name}`)
        if (broken[name] === 'stop') throw new Error(`${name} does not stop`)
      },
    })
  return { order, lifecycle }
}

describe('a lifecycle', () => {
  it('starts in order and stops in reverse, once', async () => {
    const { order, lifecycle } = parts()
    await lifecycle.start()
    await lifecycle.stop()
    await lifecycle.stop()
    expect(order).toEqual(['+a', '+b', '+c', '-c', '-b', '-a'])
  })

  it('tells where the time of its start went', async () => {
    const clock = new ManualClock()
    const lifecycle = new Lifecycle({ clock, stopMs: 100 })
    lifecycle.add('slow', { start: () => clock.advance(700), stop() {} })
    lifecycle.add('quick', { start() {}, stop() {} })
    await lifecycle.start()
    expect([...lifecycle.tookMs]).toEqual([['slow', 700]])
  })

  it('stops what ran when one fails to start, and says why', async () => {
    const { order, lifecycle } = parts({ c: 'start' })
    await expect(lifecycle.start()).rejects.toThrow('c does not start')
    expect(order).toEqual(['+a', '+b', '-b', '-a'])
  })

  it('says why it did not start, even when stopping fails too', async () => {
    const { order, lifecycle } = parts({ c: 'start', b: 'stop' })
    await expect(lifecycle.start()).rejects.toThrow('c does not start')
    expect(order).toEqual(['+a', '+b', '-b', '-a'])
  })

  it('stops the others when one fails to stop, and names it', async () => {
    const { order, lifecycle } = parts({ b: 'stop' })
    await lifecycle.start()
    const error = await lifecycle.stop().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(AggregateError)
    expect((error as AggregateError).errors.map(String)).toEqual(['Error: stop b'])
    expect(order.slice(3)).toEqual(['-c', '-b', '-a'])
  })

  it('gives a part up that does not stop in its time, names it, and stops the others', async () => {
    const clock = new ManualClock()
    const lifecycle = new Lifecycle({ clock, stopMs: 100 })
    const order: string[] = []
    const part = (name: string, stop: () => Promise<void> | void) => ({
      start() {},
      stop() {
        order.push(name)
        return stop()
      },
    })
    const forever = () => new Promise<void>(() => {})
    lifecycle.add('store', part('store', forever), 5_000)
    lifecycle.add('reader', part('reader', forever))
    lifecycle.add(
      'web',
      part('web', () => {}),
    )
    await lifecycle.start()
    const stopped = lifecycle.stop().catch((error: AggregateError) => error.errors)
    await Promise.resolve()
    await vi.waitFor(() => expect(order).toEqual(['web', 'reader']))
    clock.advance(100)
    await vi.waitFor(() => expect(order).toEqual(['web', 'reader', 'store']))
    clock.advance(5_000)
    const failures = (await stopped) as Error[]
    expect(failures.map(({ message, cause }) => `${message}: ${(cause as Error).message}`)).toEqual([
      'stop reader: it was given up after 100 ms',
      'stop store: it was given up after 5 s',
    ])
  })

  it('stops a part whose start is under way, and starts none after it', async () => {
    const order: string[] = []
    const begun = Promise.withResolvers<void>()
    const lifecycle = new Lifecycle({ clock: new ManualClock(), stopMs: 100 })
    lifecycle.add('slow', { start: () => begun.promise, stop: () => void order.push('-slow') })
    lifecycle.add('next', { start: () => void order.push('+next'), stop() {} })
    const started = lifecycle.start()
    await lifecycle.stop()
    expect(order).toEqual(['-slow'])
    begun.resolve()
    await expect(started).rejects.toThrow('stopped while slow was started')
    expect(order).toEqual(['-slow', '-slow'])
  })
})
