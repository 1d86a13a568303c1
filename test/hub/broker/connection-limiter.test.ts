import { describe, expect, it } from 'vitest'
import {
  ConnectionLimiter,
  type ConnectionLimits,
  LOCAL_ADDRESS,
  type Place,
} from '../../../hub/broker/connection-limiter.ts'

function limiter(limits: Partial<ConnectionLimits> = {}) {
  const made = new ConnectionLimiter({
    connections: 10,
    connectionsPerAddress: 6,
    arriving: { total: 4, perAddress: 3 },
    ...limits,
  })
  const closed: string[] = []
  const enter = (address: string, name = address) => {
    const place = made.enter(address, () => closed.push(name))
    return 'refuse' in place ? place.refuse : place
  }
  const enterKnown = (address: string) => {
    const place = enter(address)
    if (typeof place !== 'string') place.arrived()
    return place
  }
  return { made, closed, enter, enterKnown }
}

describe('the connection limiter', () => {
  it('counts connections in all and per address, and gives places back once', () => {
    const { made, enterKnown } = limiter({ connections: 3, connectionsPerAddress: 2 })
    const first = enterKnown('a') as Place
    enterKnown('a')
    expect(enterKnown('a')).toBe('too many connections from this address')
    enterKnown('b')
    expect(enterKnown('c')).toBe('too many connections')
    first.leave()
    first.leave()
    expect(made.total).toBe(2)
    expect(enterKnown('c')).toBeTypeOf('object')
    expect(made.refused).toBe(2)
  })

  it('lets whoever opens the local socket in when the network has taken every place', () => {
    const { enterKnown } = limiter({ connections: 2 })
    enterKnown('a')
    enterKnown('b')
    expect(enterKnown('c')).toBe('too many connections')
    expect(enterKnown(LOCAL_ADDRESS)).toBeTypeOf('object')
  })

  it('closes the silent connection of an address that has waited longest for a newer one', () => {
    const { made, closed, enter } = limiter()
    for (const name of ['1', '2', '3', '4', '5']) enter('a', name)
    expect(closed).toEqual(['1', '2'])
    expect(made.refused).toBe(2)
  })

  it('takes room for a new address from the one that has most silent connections', () => {
    const { closed, enter } = limiter()
    enter('b', 'b1')
    for (const name of ['a1', 'a2', 'a3']) enter('a', name)
    enter('c', 'c1')
    enter('d', 'd1')
    expect(closed).toEqual(['a1', 'a2'])
  })

  it('never closes one that has shown who it is', () => {
    const { closed, enter, enterKnown } = limiter()
    enterKnown('a')
    enterKnown('a')
    for (const name of ['1', '2', '3', '4']) enter('a', name)
    expect(closed).toEqual(['1'])
  })

  it('counts a silent connection that closed by itself no more', () => {
    const { closed, enter } = limiter()
    const places = ['1', '2', '3'].map((name) => enter('a', name) as Place)
    places[0]?.leave()
    enter('a', '4')
    expect(closed).toEqual([])
  })
})
