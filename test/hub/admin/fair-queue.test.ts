import { describe, expect, it } from 'vitest'
import { FairQueue } from '../../../hub/admin/fair-queue.ts'

describe('a queue of several owners', () => {
  it('lets owners take turns, and each keep its order', () => {
    const queue = new FairQueue<string>(10)
    for (const item of ['a1', 'a2', 'a3', 'b1', 'c1', 'c2']) queue.push(item[0] ?? '', item)
    const order = Array.from({ length: 7 }, () => queue.shift())
    expect(order).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3', undefined])
  })

  it('takes so many of one owner, and others still', () => {
    const queue = new FairQueue<number>(2)
    expect([1, 2, 3].map((item) => queue.push('a', item))).toEqual([true, true, false])
    expect(queue.push('b', 4)).toBe(true)
    expect(queue.drain()).toEqual([1, 2, 4])
    expect(queue.shift()).toBeUndefined()
  })
})
