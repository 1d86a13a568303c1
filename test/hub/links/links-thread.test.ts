import { beforeEach, describe, expect, it } from 'vitest'
import { LinksThread } from '../../../hub/links/links-thread.ts'
import type { FromLinks, ToLinks } from '../../../hub/links/links-thread-messages.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { silentLog } from '../../../shared/log.ts'
import { FakeWorker } from '../../shared/fake-worker.ts'

const LINK = {
  ...{ key: 'home', url: 'mqtt://127.0.0.1:1', user: null, ca: null, pin: null },
  ...{ prefix: 'homeassistant', login: 'program-1', announce: true },
}

describe('the thread that shows the house at other brokers', () => {
  const spawned: FakeWorker<ToLinks, FromLinks>[] = []
  const states: unknown[] = []
  let clock: ManualClock
  let thread: LinksThread
  const newest = () => spawned.at(-1) ?? expect.fail('there is no thread')

  beforeEach(() => {
    spawned.length = 0
    states.length = 0
    clock = new ManualClock()
    thread = new LinksThread({
      settings: { links: [LINK], socket: '/none', base: 'lares', logLevel: 'error' },
      async ledger({ ask }) {
        if (ask === 'note') throw new Error('the disk is full')
        return `${ask}!`
      },
      password: async (key) => `of ${key}`,
      state: (...said) => void states.push(said),
      ...{ clock, log: silentLog },
      spawn() {
        spawned.push(new FakeWorker())
        return newest()
      },
    })
    thread.start()
  })

  it('is answered what it asks, and what could not be written down', async () => {
    newest().says({ kind: 'ledger', number: 1, step: { ask: 'begins', url: 'u', prefix: 'p', login: 'l' } })
    newest().says({ kind: 'ledger', number: 2, step: { ask: 'note', url: 'u', topics: [] } })
    newest().says({ kind: 'password', number: 3, key: 'home' })
    await Promise.resolve()
    await new Promise(setImmediate)
    expect(newest().posted).toEqual([
      { kind: 'answer', number: 1, value: 'begins!', error: null },
      { kind: 'answer', number: 2, value: null, error: expect.stringContaining('the disk is full') },
      { kind: 'answer', number: 3, value: 'of home', error: null },
    ])
    newest().says({ kind: 'state', key: 'home', side: 'far', state: { online: true, reason: null } })
    expect(states).toEqual([['home', 'far', { online: true, reason: null }]])
  })

  it('is begun anew when it ends, and told again who else announces there', () => {
    thread.haveTwins('u', ['lamp'])
    newest().dies()
    expect(states).toEqual([['home', 'far', { online: false, reason: expect.stringContaining('started anew') }]])
    clock.advance(5_000)
    expect(spawned).toHaveLength(2)
    expect(newest().posted).toEqual([{ kind: 'twins', url: 'u', devices: ['lamp'] }])
  })
})
