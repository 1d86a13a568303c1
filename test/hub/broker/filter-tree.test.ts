import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FilterTree, filterMatches } from '../../../hub/broker/filter-tree.ts'
import { RetainedStore } from '../../../hub/broker/retained-store.ts'

const level = fc.constantFrom('a', 'b', '', '$x', '__proto__')
const topic = fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => levels.join('/'))
const filter = fc
  .tuple(fc.array(fc.oneof(level, fc.constant('+')), { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([levels, open]) => [...levels, ...(open ? ['#'] : [])].join('/'))

describe('filters', () => {
  it.each([
    ['sport/tennis/#', 'sport/tennis', true],
    ['sport/tennis/#', 'sport/tennis/player1/ranking', true],
    ['sport/tennis/+', 'sport/tennis/player1', true],
    ['sport/tennis/+', 'sport/tennis/player1/ranking', false],
    ['sport/+', 'sport', false],
    ['sport/+', 'sport/', true],
    ['+/+', '/finance', true],
    ['/+', '/finance', true],
    ['+', '/finance', false],
    ['#', '$SYS/broker', false],
    ['+/broker', '$SYS/broker', false],
    ['$SYS/#', '$SYS/broker', true],
    ['a/$SYS', 'a/$SYS', true],
  ])('%s and %s: %s, as MQTT 3.1.1 section 4.7 says', (one, other, expected) => {
    const tree = new FilterTree<number>()
    tree.add(one, 'key', 1)
    expect(tree.has(other)).toBe(expected)
    expect(filterMatches(one, other)).toBe(expected)
  })

  it('finds in the tree what matching one by one finds, also after some left', () => {
    fc.assert(
      fc.property(fc.array(filter), fc.array(fc.nat(20)), topic, (filters, leaving, name) => {
        const tree = new FilterTree<number>()
        const kept = new Map(filters.map((one, index) => [index, one]))
        for (const [index, one] of kept) tree.add(one, index, index)
        for (const index of leaving) {
          const one = kept.get(index)
          if (one !== undefined) expect(tree.remove(one, index)).toBe(true)
          kept.delete(index)
        }
        const wanted = [...kept].filter(([, one]) => filterMatches(one, name)).map(([index]) => index)
        expect(tree.match(name).sort()).toEqual(wanted.sort())
        expect(tree.has(name)).toBe(wanted.length > 0)
        expect(tree.size).toBe(kept.size)
      }),
    )
  })
})

describe('retained messages', () => {
  it('finds by filter what matching one by one finds', () => {
    fc.assert(
      fc.property(fc.array(topic), fc.array(topic), filter, (names, gone, one) => {
        const store = new RetainedStore<string>()
        for (const name of names) store.set(name, name)
        for (const name of gone) store.delete(name)
        const wanted = [...new Set(names)].filter((name) => !gone.includes(name) && filterMatches(one, name))
        expect([...store.match(one)].sort()).toEqual(wanted.sort())
      }),
    )
  })

  it('finds one exact topic among 20,000 without looking at the others', () => {
    const store = new RetainedStore<number>()
    for (let n = 0; n < 20_000; n += 1) store.set(`house/room-${n}/state`, n)
    let looked = 0
    for (let n = 0; n < 20_000; n += 1) looked += [...store.match(`house/room-${n}/state`)].length
    expect(looked).toBe(20_000)
  })
})
