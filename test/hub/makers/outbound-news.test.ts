import { describe, expect, it } from 'vitest'
import { OutboundNews } from '../../../hub/makers/outbound-news.ts'
import type { News } from '../../../hub/makers/roster.ts'

const NOTHING: News = { devices: [], gone: [], whole: false, states: [], reach: [], dropped: 0 }
const news = (more: Partial<News>): News => ({ ...NOTHING, ...more })
const state = (uniqueId: string, value: number, more: object = {}) => ({ uniqueId, state: value, heard: 1, ...more })

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

  it('describe once what a thousand messages announced, as it is when it goes, and again as it was when it was not taken', () => {
    const outbound = new OutboundNews()
    let described = 0
    const device = (identity: string) => ({
      ...{ identity, identities: new Set([identity]) },
      get announcements() {
        described += 1
        return new Map()
      },
    })
    for (let n = 0; n < 1_000; n += 1) outbound.add(news({ devices: [device('one')] }))
    expect(described).toBe(0)
    const load = outbound.take()
    const looks = described
    expect([load?.devices.map(({ identity }) => identity), looks < 10]).toEqual([['one'], true])
    outbound.add(news({ devices: [device('two')], gone: ['three'] }))
    if (load) outbound.putBack(load)
    const again = outbound.take()
    expect([again?.devices.map(({ identity }) => identity), again?.gone]).toEqual([['one', 'two'], ['three']])
  })

  it('say how many were left out with the next that are not, once', () => {
    const outbound = new OutboundNews()
    outbound.add(news({ dropped: 3 }))
    expect([outbound.isEmpty, outbound.take()]).toEqual([true, null])
    outbound.add(news({ states: [state('a', 1)], dropped: 4 }))
    const load = outbound.take()
    expect(load?.dropped).toBe(7)
    if (load) outbound.putBack(load)
    expect([outbound.take()?.dropped, outbound.take()]).toEqual([7, null])
  })

  it('keep what happened and the newest of each state when too much waits, and count what goes', () => {
    const outbound = new OutboundNews()
    outbound.add(news({ states: [state('button', 1, { isEvent: true })] }))
    for (let n = 0; n < 6_000; n += 1) outbound.add(news({ states: [state('a', n)] }))
    const { states, dropped } = outbound.take() ?? { states: [], dropped: 0 }
    expect(states[0]).toMatchObject({ uniqueId: 'button' })
    expect(states.at(-1)).toEqual(state('a', 5_999))
    expect(states.length + dropped).toBe(6_001)
    expect(states.length).toBeLessThanOrEqual(5_000)
  })
})
