import { beforeEach, describe, expect, it } from 'vitest'
import { LinksThread, type LinksWorker } from '../../../hub/links/links-thread.ts'
import type { FromLinks, ToLinks } from '../../../hub/links/links-thread-messages.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { silentLog } from '../../../shared/log.ts'

/** A thread that does what the test says. */
class Marionette implements LinksWorker {
  heard: ToLinks[] = []
  #hear: (message: FromLinks) => void = () => {}
  #exit: (code: number) => void = () => {}

  postMessage(message: ToLinks): void {
    this.heard.push(message)
  }

  async terminate(): Promise<void> {}

  on(event: 'message' | 'error' | 'exit', listener: (value: never) => void): this {
    if (event === 'message') this.#hear = listener as (message: FromLinks) => void
    if (event === 'exit') this.#exit = listener as (code: number) => void
    return this
  }

  say(message: FromLinks): void {
    this.#hear(message)
  }

  end(): void {
    this.#exit(1)
  }
}

describe('the thread that shows the house at other brokers', () => {
  const spawned: Marionette[] = []
  const states: unknown[] = []
  let clock: ManualClock
  let thread: LinksThread
  const newest = () => spawned.at(-1) ?? expect.fail('there is no thread')

  beforeEach(() => {
    spawned.length = 0
    states.length = 0
    clock = new ManualClock()
    thread = new LinksThread({
      settings: { links: [], socket: '/none', base: 'lares', logLevel: 'error' },
      async ledger({ ask }) {
        if (ask === 'note') throw new Error('the disk is full')
        return `${ask}!`
      },
      password: async (key) => `of ${key}`,
      state: (...said) => void states.push(said),
      ...{ clock, log: silentLog },
      spawn() {
        spawned.push(new Marionette())
        return newest()
      },
    })
    thread.start()
  })

  it('is answered what it asks, and what could not be written down', async () => {
    newest().say({ kind: 'ledger', number: 1, step: { ask: 'begins', url: 'u', prefix: 'p', login: 'l' } })
    newest().say({ kind: 'ledger', number: 2, step: { ask: 'note', url: 'u', topics: [] } })
    newest().say({ kind: 'password', number: 3, key: 'home' })
    await Promise.resolve()
    await new Promise(setImmediate)
    expect(newest().heard).toEqual([
      { kind: 'answer', number: 1, value: 'begins!', error: null },
      { kind: 'answer', number: 2, value: null, error: expect.stringContaining('the disk is full') },
      { kind: 'answer', number: 3, value: 'of home', error: null },
    ])
    newest().say({ kind: 'state', key: 'home', side: 'far', state: { online: true, reason: null } })
    expect(states).toEqual([['home', 'far', { online: true, reason: null }]])
  })

  it('is begun anew when it ends, and told again who else announces there', () => {
    thread.haveTwins('u', ['lamp'])
    thread.start()
    expect(spawned).toHaveLength(1)
    newest().end()
    expect(spawned).toHaveLength(1)
    clock.advance(5_000)
    expect(spawned).toHaveLength(2)
    expect(newest().heard).toEqual([{ kind: 'twins', url: 'u', devices: ['lamp'] }])
  })

  it('is stopped once it has let go, or after a second, and not begun again', async () => {
    const stopped = thread.stop()
    expect(newest().heard).toEqual([{ kind: 'stop' }])
    clock.advance(2_000)
    await stopped
    newest().end()
    clock.advance(60_000)
    expect(spawned).toHaveLength(1)
  })
})
