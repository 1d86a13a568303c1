import { describe, expect, it } from 'vitest'
import { OutboundNews } from '../../../hub/makers/outbound-news.ts'
import type { News } from '../../../hub/makers/roster.ts'

const news = (more: Partial<News>): News => ({ devices: [], gone: [], whole: false, states: [], reach: [], ...more })
const state = (uniqueId: string, value: number, more: object = {}) => ({ uniqueId, state: value, ...more })

describe('news on their way to the engine', () => {
  it('wait for each other and go together, once', () => {
    const outbound = new OutboundNews()
    outbound.add(news({ states: [state('a', 1)] }))
    outbound.add(news({ states: [state('a', 2)], reach: [{ identity: 'd', available: false }] }))
    outbound.add(news({ reach: [{ identity: 'd', available: true }] }))
    expect(outbound.take()).toMatchObject({
      states: [state('a', 1), state('a', 2)],
      reach: [{ identity: 'd', available: true }],
    })
    expect(outbound.take()).toBeNull()
  })

  it('that were not taken go again, before what came since', () => {
    const outbound = new OutboundNews()
    outbound.add(news({ states: [state('a', 1)], gone: ['d'] }))
    const load = outbound.take()
    outbound.add(news({ states: [state('a', 2)] }))
    if (load) outbound.putBack(load)
    expect(outbound.take()).toMatchObject({ states: [state('a', 1), state('a', 2)], gone: ['d'] })
  })

  it('keep what happened and the newest of each state when too much waits, and count what goes', () => {
    const outbound = new OutboundNews()
    outbound.add(news({ states: [state('button', 1, { isEvent: true })] }))
    for (let n = 0; n < 6_000; n += 1) outbound.add(news({ states: [state('a', n)] }))
    const states = outbound.take()?.states ?? []
    expect(states[0]).toMatchObject({ uniqueId: 'button' })
    expect(states.at(-1)).toEqual(state('a', 5_999))
    expect(states.length + outbound.dropped).toBe(6_001)
    expect(states.length).toBeLessThanOrEqual(5_000)
  })
})
