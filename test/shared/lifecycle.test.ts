import { describe, expect, it } from 'vitest'
import { Lifecycle } from '../../shared/lifecycle.ts'

function parts(broken: Partial<Record<string, 'start' | 'stop'>> = {}) {
  const order: string[] = []
  const lifecycle = new Lifecycle()
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
})
