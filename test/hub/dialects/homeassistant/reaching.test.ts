import { describe, expect, it } from 'vitest'
import { isReachable } from '../../../../hub/dialects/hear.ts'
import { Payload } from '../../../../hub/dialects/payload.ts'
import { entity } from './announce.ts'

const sensor = (config: Record<string, unknown>) => entity('sensor', { state_topic: 't', ...config }).availability

describe('whether an entity can be reached', () => {
  it('is said on one topic', () => {
    const { mode, topics } = sensor({ avty_t: 'up', pl_avail: 'Online', pl_not_avail: 'Offline' })
    expect([mode, topics.map(({ topic }) => topic)]).toEqual(['latest', ['up']])
    expect(['Online', 'Offline', 'else'].map((text) => topics[0]?.read(new Payload(text)))).toEqual([true, false, null])
  })

  it('is said on a list of topics, each read in its own way', () => {
    const { mode, topics } = sensor({
      avty: [
        { t: 'bridge', val_tpl: '{{ value_json.state }}' },
        { topic: 'device', payload_available: 'yes' },
      ],
      avty_mode: 'all',
    })
    expect([mode, topics.map(({ topic }) => topic)]).toEqual(['all', ['bridge', 'device']])
    expect(topics[0]?.read(new Payload('{"state":"offline"}'))).toBe(false)
    expect(topics[0]?.read(new Payload('nonsense'))).toBeNull()
    expect(topics[1]?.read(new Payload('yes'))).toBe(true)
  })

  it.each<['all' | 'any' | 'latest', [string, boolean][], boolean | null]>([
    ['all', [], null],
    ['all', [['a', true]], null],
    [
      'all',
      [
        ['a', true],
        ['b', true],
      ],
      true,
    ],
    ['all', [['a', false]], false],
    ['any', [['a', false]], null],
    [
      'any',
      [
        ['a', false],
        ['b', false],
      ],
      false,
    ],
    ['any', [['b', true]], true],
    ['latest', [], null],
    [
      'latest',
      [
        ['a', true],
        ['b', false],
      ],
      false,
    ],
    [
      'latest',
      [
        ['b', false],
        ['a', true],
      ],
      true,
    ],
  ])('by %s of two, of which %o was said: %s', (mode, said, reachable) => {
    const topics = ['a', 'b'].map((topic) => ({ topic, read: () => null }))
    expect(isReachable({ mode, topics }, new Map(said))).toBe(reachable)
  })

  it('is true where no topic says it', () => {
    expect(isReachable({ mode: 'all', topics: [] }, new Map())).toBe(true)
  })
})
