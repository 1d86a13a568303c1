import { afterEach, describe, expect, it } from 'vitest'
import type { Aftermath } from '../../../edge/link/connect-loop.ts'
import { ConnectLoop } from '../../../edge/link/connect-loop.ts'
import type { HubConnection } from '../../../edge/link/hub-connection.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { LaresError } from '../../../shared/errors.ts'
import { silentLog } from '../../../shared/log.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

function connection(): HubConnection & { cut(): void } {
  let cut = () => {}
  const closed = new Promise<Error | null>((resolve) => {
    cut = () => resolve(null)
  })
  const end = async () => cut()
  const nothing = () => {}
  return {
    ...{ closed, cut, end, publish: nothing, drop: nothing, bufferedBytes: () => 0 },
    publishConfirmed: async () => {},
    subscribe: async () => {},
  }
}

function setUp(aftermath: () => Aftermath | null = () => null) {
  const clock = new ManualClock()
  const rounds: (readonly string[])[] = []
  const open: (HubConnection & { cut(): void })[] = []
  /** Where the hub is now; `null`: nowhere. */
  const hub: { at: string | null } = { at: null }
  const loop = new ConnectLoop({
    addresses: ['a', 'b', 'c'],
    clock,
    log: silentLog,
    random: () => 0.5,
    open: async (addresses) => {
      rounds.push(addresses)
      if (hub.at === null) throw new LaresError('unreachable', 'cannot reach any')
      const opened = connection()
      open.push(opened)
      return { connection: opened, address: hub.at }
    },
    aftermath,
  })
  stops.push(() => loop.stop())
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  const pass = async (ms: number) => {
    clock.advance(ms)
    await settle()
  }
  return { loop, hub, rounds, open, pass, settle }
}

describe('connecting again', () => {
  it('tries all addresses before it backs off, and the one that was good goes first', async () => {
    const { loop, hub, rounds, open, pass, settle } = setUp()
    hub.at = 'c'
    loop.start()
    await settle()
    expect(loop.state).toMatchObject({ state: 'online', address: 'c' })
    hub.at = null
    open[0]?.cut()
    await settle()
    await pass(1_000)
    expect(rounds).toEqual([
      ['a', 'b', 'c'],
      ['c', 'a', 'b'],
    ])
    await pass(1_999)
    expect(rounds).toHaveLength(2)
    await pass(1)
    expect(rounds).toHaveLength(3)
  })

  it('comes back at once after a connection that lasted, and ever later after short ones', async () => {
    const { loop, hub, rounds, open, pass, settle } = setUp()
    hub.at = 'a'
    loop.start()
    await settle()
    /** Cuts the connection, and says after how long there is another. */
    const cutAndWait = async () => {
      const before = rounds.length
      open.at(-1)?.cut()
      await settle()
      for (let waited = 500; waited <= 120_000; waited += 500) {
        await pass(500)
        if (rounds.length > before) return waited
      }
      return null
    }
    expect([await cutAndWait(), await cutAndWait(), await cutAndWait()]).toEqual([1_000, 2_000, 4_000])
    await pass(29_999)
    expect(await cutAndWait()).toBe(8_000)
    await pass(30_000)
    expect([await cutAndWait(), await cutAndWait()]).toEqual([1_000, 2_000])
  })

  it('keeps away for as long as somebody knows that it is better, and says why', async () => {
    const error = new LaresError('identity_shared', 'two machines')
    const { loop, hub, rounds, open, pass, settle } = setUp(() => ({ error, restMs: 300_000 }))
    hub.at = 'a'
    loop.start()
    await settle()
    open[0]?.cut()
    await settle()
    expect(loop.state).toMatchObject({ state: 'offline', code: 'identity_shared' })
    expect(loop.state.reason).toContain('two machines')
    await pass(299_999)
    expect(rounds).toHaveLength(1)
    await pass(1)
    expect(rounds).toHaveLength(2)
  })
})
