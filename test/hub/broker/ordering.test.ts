import { describe, expect, it } from 'vitest'
import type { PublishVerdict } from '../../../hub/broker/connection.ts'
import { type Done, OrderingGate } from '../../../hub/broker/ordering.ts'
import { PublishQueue } from '../../../hub/broker/publish-queue.ts'
import { TopicEmitter } from '../../../hub/broker/topic-emitter.ts'

describe('the ordering gate', () => {
  it('starts a publish when the one before has reached the emitter, not when it was delivered', () => {
    const started: number[] = []
    const done: Done[] = []
    const gate = new OrderingGate<number, null>((packet, _client, finish) => {
      started.push(packet)
      done.push(finish)
    })
    for (const packet of [1, 2, 3]) gate.submit({ packet, client: null, done() {} })
    expect(started).toEqual([1])
    gate.emitted()
    expect(started).toEqual([1, 2])
    done[0]?.()
    expect(started).toEqual([1, 2])
    gate.emitted()
    expect(started).toEqual([1, 2, 3])
  })

  it('goes on when a publish fails before it reaches the emitter', () => {
    const started: number[] = []
    const errors: unknown[] = []
    const gate = new OrderingGate<number, null>((packet, _client, finish) => {
      started.push(packet)
      if (packet === 1) queueMicrotask(() => finish(new Error('no')))
    })
    gate.submit({ packet: 1, client: null, done: (error) => errors.push(error?.message) })
    gate.submit({ packet: 2, client: null, done() {} })
    return Promise.resolve().then(() => {
      expect(started).toEqual([1, 2])
      expect(errors).toEqual(['no'])
    })
  })

  it('does not grow the stack with publishes that reach the emitter at once', () => {
    let count = 0
    const gate: OrderingGate<number, null> = new OrderingGate((_packet, _client, finish) => {
      gate.emitted()
      count += 1
      if (count < 50_000) gate.submit({ packet: count, client: null, done() {} })
      finish()
    })
    gate.submit({ packet: 0, client: null, done() {} })
    expect(count).toBe(50_000)
  })
})

describe('the publish queue', () => {
  const noEffect = { hasEffect: () => false, apply() {} }

  it('gives effects in the order of arrival, and answers in it, whichever effect is ready first', () => {
    const settles: ((verdict: PublishVerdict) => void)[] = []
    const applied: Done[] = []
    const seen: string[] = []
    const queue = new PublishQueue<number>({
      ask: (_packet, settle) => void settles.push(settle),
      hasEffect: (_packet, verdict) => verdict === 'deliver',
      apply(packet, _verdict, done) {
        seen.push(`effect ${packet}`)
        applied.push(done)
      },
      finish: (packet, verdict) => void seen.push(`${verdict} ${packet}`),
    })
    for (let n = 0; n < 4; n += 1) queue.submit(n, () => {})
    settles[1]?.('deliver')
    settles[2]?.('absorb')
    expect(seen).toEqual([])
    settles[0]?.('deliver')
    expect(seen).toEqual(['effect 0', 'effect 1'])
    applied[1]?.()
    settles[3]?.('deliver')
    expect(seen).toEqual(['effect 0', 'effect 1', 'effect 3'])
    applied[0]?.(new Error('not stored'))
    expect(seen.slice(3)).toEqual(['close 0', 'deliver 1', 'absorb 2'])
    queue.refuseAll()
    applied[2]?.()
    expect(seen.slice(6)).toEqual(['close 3'])
  })

  it('ignores a second verdict', () => {
    const settles: ((verdict: PublishVerdict) => void)[] = []
    const verdicts: PublishVerdict[] = []
    const queue = new PublishQueue<number>({
      ...noEffect,
      ask: (_packet, settle) => void settles.push(settle),
      finish: (_packet, verdict) => void verdicts.push(verdict),
    })
    queue.submit(1, () => {})
    settles[0]?.('absorb')
    settles[0]?.('deliver')
    expect(verdicts).toEqual(['absorb'])
    expect(queue.length).toBe(0)
  })

  it('knows a head that does not move from a queue that does', () => {
    const settles: ((verdict: PublishVerdict) => void)[] = []
    const queue = new PublishQueue<number>({
      ...noEffect,
      ask: (_packet, settle) => void settles.push(settle),
      finish() {},
    })
    expect(queue.stuck(90_000, 5_000)).toBe(false)
    for (let n = 0; n < 4; n += 1) queue.submit(n, () => {})
    expect(queue.stuck(100_000, 5_000)).toBe(false)
    settles[0]?.('absorb')
    expect(queue.stuck(104_900, 5_000)).toBe(false)
    expect(queue.stuck(109_800, 5_000)).toBe(false)
    expect(queue.stuck(109_900, 5_000)).toBe(true)
    queue.refuseAll()
    expect(queue.length).toBe(0)
  })
})

describe('the emitter', () => {
  it('serves the subscription of the higher rank first and tells when all have it', () => {
    const emitter = new TopicEmitter()
    const order: string[] = []
    const waiting: (() => void)[] = []
    const deliver = (name: string) => (_packet: unknown, done: () => void) => {
      order.push(name)
      waiting.push(done)
    }
    const [low, high] = [deliver('low'), deliver('high')]
    emitter.on('t/#', low).on('t/1', high)
    emitter.rank('t/1', high, 2)
    let finished = false
    emitter.emit({ topic: 't/1' }, () => {
      finished = true
    })
    expect(order).toEqual(['high', 'low'])
    waiting[0]?.()
    expect(finished).toBe(false)
    waiting[1]?.()
    expect(finished).toBe(true)
    emitter.removeListener('t/#', low).removeListener('t/1', high)
    expect(emitter.has('t/1')).toBe(false)
  })

  it('answers at once when nobody listens, and with an error when it is closed', () => {
    const emitter = new TopicEmitter()
    const answers: unknown[] = []
    emitter.emit({ topic: 't' }, (error) => answers.push(error))
    emitter.close(() => {})
    emitter.emit({ topic: 't' }, (error) => answers.push(error?.message))
    expect(answers).toEqual([undefined, 'the broker is closed'])
  })
})
