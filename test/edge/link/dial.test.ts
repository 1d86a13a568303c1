import { describe, expect, it } from 'vitest'
import { dial } from '../../../edge/link/dial.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { LaresError } from '../../../shared/errors.ts'

/** Addresses that do as told: answer after some time, refuse, or are silent until they are given up. */
function setUp(answers: Record<string, number | LaresError | 'silent'>) {
  const clock = new ManualClock()
  const tried: string[] = []
  const left: string[] = []
  const closed: string[] = []
  const stop = new AbortController()
  const open = ({ address, signal }: { address: string; signal: AbortSignal }) => {
    tried.push(address)
    const answer = answers[address]
    return new Promise<{ destroy(): void }>((resolve, reject) => {
      const socket = { destroy: () => void closed.push(address) }
      if (answer instanceof LaresError) reject(answer)
      else if (typeof answer === 'number') clock.after(answer, () => resolve(socket))
      signal.addEventListener('abort', () => {
        left.push(address)
        if (answer === 'silent') reject(new LaresError('unreachable', `cannot reach ${address}: given up`))
      })
    })
  }
  const addresses = Object.keys(answers)
  const found = dial({ addresses, pin: 'pin', clock, signal: stop.signal, open })
  const pass = async (ms: number) => {
    for (let step = 0; step < ms; step += 50) {
      clock.advance(50)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  return { found, pass, tried, left, closed, stop }
}

const refused = (address: string) => new LaresError('unreachable', `cannot reach ${address}: ECONNREFUSED`)

describe('looking for the hub', () => {
  it('takes the first address when it answers, and tries no other', async () => {
    const { found, pass, tried } = setUp({ a: 50, b: 50 })
    await pass(100)
    expect((await found).address).toBe('a')
    expect(tried).toEqual(['a'])
  })

  it('waits for none of seven that are silent: the eighth is reached within two seconds', async () => {
    const silent = Object.fromEntries(Array.from({ length: 7 }, (_, index) => [`10.0.${index}.1`, 'silent' as const]))
    const { found, pass, left } = setUp({ ...silent, hub: 50 })
    await pass(2_000)
    expect((await found).address).toBe('hub')
    expect(left).toEqual(expect.arrayContaining(Object.keys(silent)))
  })

  it('goes on at once after one that refuses', async () => {
    const { found, pass, tried } = setUp({ a: refused('a'), b: refused('b'), c: 0 })
    await pass(100)
    expect(tried).toEqual(['a', 'b', 'c'])
    expect((await found).address).toBe('c')
  })

  it('keeps one connection when two answer', async () => {
    const { found, pass, closed } = setUp({ a: 400, b: 200 })
    await pass(1_000)
    expect((await found).address).toBe('a')
    expect(closed).toEqual(['b'])
  })

  it('says what is most telling when none answers', async () => {
    const wrongPin = new LaresError('wrong_pin', 'b shows another key')
    await expect(setUp({ a: refused('a'), b: wrongPin }).found).rejects.toBe(wrongPin)
    await expect(setUp({ a: refused('a'), b: refused('b'), c: refused('c') }).found).rejects.toMatchObject({
      code: 'unreachable',
      message: 'cannot reach a: ECONNREFUSED (nor at 2 other addresses)',
    })
    await expect(setUp({}).found).rejects.toMatchObject({ code: 'bad_config' })
  })

  it('ends when it is told to', async () => {
    const { found, stop, left } = setUp({ a: 'silent', b: 'silent' })
    stop.abort()
    await expect(found).rejects.toMatchObject({ code: 'unreachable' })
    expect(left).toEqual(['a'])
  })
})
