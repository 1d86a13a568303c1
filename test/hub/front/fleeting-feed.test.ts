import { describe, expect, it } from 'vitest'
import type { Feed } from '../../../hub/contract/feed.ts'
import { fleeting } from '../features/followers/test-followers.ts'
import { follow } from './follower-house.ts'

const ids = (feed: Feed, key: number | null) => feed.after(key).rows.map(({ id }) => id)

describe('a fleeting follower', () => {
  it('shows what is stored while somebody listens, and rings for it', async () => {
    const { runner, store, settle } = follow([fleeting()])
    store(3)
    runner.start()
    await settle()
    const feed = runner.feed('live')
    let rings = 0
    const end = feed.listen(() => {
      rings += 1
    })
    const from = feed.after(null).upto
    store(4)
    await settle()
    expect([from, ids(feed, from), rings]).toEqual([3, [4, 5, 6, 7], 1])
    expect(feed.after(from)).toMatchObject({ missed: null, upto: 7 })
    expect(ids(feed, 6)).toEqual([7])
    end()
  })

  it('reads nothing while nobody listens, and begins with what comes then', async () => {
    const { runner, store, steps, settle } = follow([fleeting()])
    runner.start()
    await settle()
    const feed = runner.feed('live')
    feed.listen(() => undefined)()
    steps.length = 0
    store(5)
    await settle()
    expect(steps).toEqual([])
    feed.listen(() => undefined)
    const from = feed.after(null).upto
    store(1)
    await settle()
    expect(ids(feed, from)).toEqual([6])
  })

  it('says what is missing to whoever looks too seldom', async () => {
    const { runner, store, settle } = follow([fleeting()])
    runner.start()
    await settle()
    const feed = runner.feed('live')
    feed.listen(() => undefined)
    store(6)
    await settle()
    store(9)
    await settle()
    expect(feed.after(2)).toMatchObject({ missed: { first: 3, last: 5 }, upto: 15 })
    expect(ids(feed, 2)).toEqual([6, 7, 8, 9, 10, 11, 12, 13, 14, 15])
    expect(feed.after(5).missed).toBeNull()
  })

  it('does not read what could not stay', async () => {
    const { runner, store, steps, settle } = follow([fleeting()])
    runner.start()
    await settle()
    const feed = runner.feed('live')
    feed.listen(() => undefined)
    steps.length = 0
    store(300)
    await settle()
    expect(steps).toEqual(['page', 'page'])
    expect(feed.after(0)).toMatchObject({ missed: { first: 1, last: 290 } })
    expect(ids(feed, 0)).toHaveLength(10)
  })

  it('is not begun anew because a person moved another, and is when keys went back', async () => {
    const { house, runner, store, settle } = follow([fleeting()])
    runner.start()
    await settle()
    const feed = runner.feed('live')
    feed.listen(() => undefined)
    store(4)
    await settle()
    runner.begin()
    await settle()
    expect([feed.after(2).missed, ids(feed, 2)]).toEqual([null, [3, 4]])
    house.db.exec('DELETE FROM readings; DELETE FROM given_keys')
    runner.begin()
    await settle()
    store(2)
    await settle()
    expect(ids(feed, 0)).toEqual([1, 2])
  })

  it('may be listened to before the database is open, and one that fails keeps no other from hearing', async () => {
    const { runner, store, settle } = follow([fleeting()])
    const feed = runner.feed('live')
    feed.listen(() => {
      throw new Error('broken')
    })
    let rings = 0
    feed.listen(() => {
      rings += 1
    })
    store(2)
    runner.start()
    await settle()
    store(2)
    await settle()
    expect(rings).toBe(1)
    expect(ids(feed, 0)).toEqual([3, 4])
  })
})
