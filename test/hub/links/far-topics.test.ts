import { describe, expect, it } from 'vitest'
import { FarTopics } from '../../../hub/links/far-topics.ts'
import type { LinkBegins } from '../../../hub/links/links-thread-messages.ts'

const NEAR = 'homeassistant/device/lares_h/pi/config'
const FAR = 'ha/device/lares_h/pi/config'
const STATE = 'lares/pi/state/temp'
const STATUS = 'lares/hubs/lares_h/status'
const BEGINS: LinkBegins = { hub: 'lares_h', stays: [], takeBack: [], houses: ['h'], twins: [] }
const CONFIG = JSON.stringify({ availability: [{ topic: 'lares/pi/status' }], components: {} })

function begun(more: Partial<LinkBegins> = {}) {
  const topics = new FarTopics({ base: 'lares', prefix: 'ha', announce: true })
  topics.begin({ ...BEGINS, ...more })
  const near = (topic: string, payload: string) => topics.near(topic, Buffer.from(payload))
  /** Says all that is due, and returns it. */
  const say = () => {
    const all = topics.next(1_000)
    topics.noted(all.map(({ topic }) => topic))
    topics.sent(all)
    return all.map(({ topic, payload }) => [topic, payload])
  }
  return { topics, near, say }
}

describe('what is shown at another broker', () => {
  it('is what was announced here, in its order: that the hub is there, how a device is read, and its states', () => {
    const { near, say } = begun()
    near(STATE, '{"value":1}')
    near(NEAR, CONFIG)
    const all = say()
    expect(all.map(([topic]) => topic)).toEqual([STATUS, FAR, STATE])
    expect(JSON.parse(all[1]?.[1] ?? '').availability).toEqual([{ topic: STATUS }, { topic: 'lares/pi/status' }])
    near(STATE, '{"value":1}')
    near(NEAR, CONFIG)
    expect(say()).toEqual([])
    near(STATE, '{"value":2}')
    near(STATE, '{"value":3}')
    expect(say()).toEqual([[STATE, '{"value":3}']])
  })

  it('is shown once it is known what stands there, and not before', () => {
    const topics = new FarTopics({ base: 'lares', prefix: 'ha', announce: true })
    topics.near(NEAR, Buffer.from(CONFIG))
    expect(topics.hasMore).toBe(false)
    topics.begin(BEGINS)
    expect(topics.next(10).map(({ topic }) => topic)).toEqual([STATUS, FAR])
    expect(topics.next(10)[1]?.payload).toContain(`{"topic":"${STATUS}"}`)
  })

  it('is nothing any more once its login is taken no more, and what stands there goes', () => {
    const { topics, near, say } = begun()
    near(NEAR, CONFIG)
    near(STATE, '1')
    say()
    near(NEAR.replace('pi', 'later'), CONFIG)
    topics.shutOut()
    topics.begin({ ...BEGINS, takeBack: [FAR, STATE] })
    topics.away()
    expect(say()).toEqual([
      [STATUS, 'offline'],
      [FAR, ''],
      [STATE, ''],
    ])
    topics.sayAgain()
    expect(say()).toEqual([[STATUS, 'offline']])
  })

  it('is nothing of a device that is not announced', () => {
    const { near, say } = begun()
    say()
    near('lares/other/state/x', '1')
    near('lares/other/event', '{}')
    near('lares/hub/status', '1')
    expect(say()).toEqual([])
  })

  it('is nothing that another program announces here', () => {
    const { near, say } = begun()
    near(NEAR, CONFIG)
    say()
    near('homeassistant/device/bridge/lamp/config', '{"components":{}}')
    near('homeassistant/device/bridge/lamp/config', '')
    expect(say()).toEqual([])
  })

  it('is emptied with what is gone, each topic of it', () => {
    const { near, say } = begun()
    near(NEAR, CONFIG)
    near(STATE, '1')
    near('lares/pi/status', '{}')
    say()
    near(NEAR, '')
    expect(say().sort()).toEqual(
      [
        [FAR, ''],
        ['lares/pi/status', ''],
        [STATE, ''],
      ].sort(),
    )
    near(STATE, '2')
    expect(say()).toEqual([])
  })

  it('is taken back where the ledger has it and the house does not show it, also what was shown a moment ago', () => {
    const { topics, near, say } = begun()
    near(NEAR, CONFIG)
    near(STATE, '1')
    say()
    topics.begin({ ...BEGINS, takeBack: [FAR, STATE, 'lares/old/status'] })
    expect(
      say()
        .filter(([, payload]) => payload === '')
        .map(([topic]) => topic)
        .sort(),
    ).toEqual([FAR, STATE, 'lares/old/status'].sort())
  })

  it('is nothing that somebody else announces there, from the moment that this is known', () => {
    const { topics, near, say } = begun()
    near(NEAR, CONFIG)
    near(STATE, '1')
    say()
    topics.haveTwins(['pi'])
    expect(say().sort()).toEqual(
      [
        [FAR, ''],
        [STATE, ''],
      ].sort(),
    )
    near(STATE, '2')
    expect(say()).toEqual([])
    topics.haveTwins([])
    expect(say().map(([topic]) => topic)).toEqual([FAR, STATE])
  })

  it('is said to be of no use while nothing is heard of the house', () => {
    const { topics, say } = begun()
    expect(say()).toEqual([[STATUS, 'online']])
    topics.away()
    expect(say()).toEqual([[STATUS, 'offline']])
  })

  it('is told as it happens, and not for long where nobody takes it', () => {
    const { topics, near, say } = begun()
    near(NEAR, CONFIG)
    say()
    for (let at = 0; at < 500; at += 1) near('lares/pi/event', String(at))
    const all = topics.next(1_000)
    expect(all).toHaveLength(200)
    expect(all.at(-1)).toMatchObject({ payload: '499', retain: false })
  })
})

describe('what is found at another broker', () => {
  const ghost = (house: string) => `ha/device/lares_${house}/ghost/config`
  const config = Buffer.from(
    JSON.stringify({
      components: { a: { state_topic: 'lares/ghost/state/a' }, b: { state_topic: 'lares/pi/state/b' } },
    }),
  )

  it('of a house of this hub, and is not known, is taken back with its own states', () => {
    const { topics, say } = begun()
    say()
    topics.found(ghost('h'), config)
    expect(
      say()
        .map(([topic]) => topic)
        .sort(),
    ).toEqual([ghost('h'), 'lares/ghost/status', 'lares/ghost/state/a'].sort())
  })

  it('is emptied on topics alone, whatever stands in it', () => {
    const { topics, say } = begun()
    say()
    const written = ['+', '#', 'a/+', 'a/b', ''].map((end) => ({ state_topic: `lares/ghost/state/${end}` }))
    topics.found(ghost('h'), Buffer.from(JSON.stringify({ components: { ...written } })))
    expect(say().map(([topic]) => topic)).toEqual([ghost('h'), 'lares/ghost/status'])
  })

  it('of somebody else, or is known, stays', () => {
    const { topics, near, say } = begun({ stays: [ghost('h')] })
    near(NEAR, CONFIG)
    say()
    topics.found(ghost('h'), config)
    topics.found(ghost('elsewhere'), config)
    topics.found(FAR, config)
    topics.found('ha/device/lares_h/x/config', Buffer.alloc(0))
    expect(say()).toEqual([])
  })
})
