import { duplexPair } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { BrokerPersistence } from '../../../hub/broker/persistence.ts'
import { systemClock } from '../../../shared/clock.ts'
import { settled, turns, until } from './broker-under-test.ts'
import { oneBroker } from './one-broker.ts'
import { connectPacket, type RawClient, rawClient } from './raw-client.ts'

const start = oneBroker()

/** Keeps the first client whose will Aedes stores waiting there: in the middle of its registration. */
class SlowFirstWill extends BrokerPersistence {
  reached = false
  #go: () => void = () => {}
  readonly #gone = new Promise<void>((resolve) => {
    this.#go = resolve
  })

  constructor() {
    super({ clock: systemClock })
  }

  goOn(): void {
    this.#go()
  }

  override async putWill(...args: Parameters<BrokerPersistence['putWill']>): Promise<void> {
    if (!this.reached) {
      this.reached = true
      await this.#gone
    }
    await super.putWill(...args)
  }
}

const will = { topic: 'w', payload: Buffer.from('gone'), qos: 1 as const, retain: false }

describe('while Aedes registers a client', () => {
  it('a connection that breaks is still told of and let go, and its client id is free again', async () => {
    const persistence = new SlowFirstWill()
    const wills: string[] = []
    const { broker, events, connect } = await start({
      persistence,
      hooks: {
        publish(_connection, message, settle) {
          if (message.will) wills.push(String(message.payload))
          settle('absorb')
        },
      },
    })
    const [ours, theirs] = duplexPair()
    broker.handle(theirs, { remote: 'test', listener: 'memory' })
    const first = rawClient(ours)
    first.send(connectPacket('a', { will }))
    await until(() => persistence.reached, 'registration began')
    theirs.destroy(new Error('ECONNRESET'))
    await turns(5)
    persistence.goOn()
    await until(() => broker.stats().connected === 0 && broker.stats().connections === 0, 'let go')
    await turns(20)
    const next = await connect('a')
    await settled(next)
    expect(broker.stats().connected).toBe(1)
    expect(events.map(({ what }) => what)).toEqual(['connected', 'disconnected', 'connected'])
    expect(wills).toEqual(['gone'])
  })

  it('a newer connection waits for it, and is the one that stays', async () => {
    const persistence = new SlowFirstWill()
    const { broker, open } = await start({ persistence })
    const first: RawClient = open()
    first.send(connectPacket('a', { will }))
    await until(() => persistence.reached, 'registration began')
    const second = open()
    second.send(connectPacket('a'))
    await turns(20)
    persistence.goOn()
    await second.next('connack')
    await first.closed
    await settled(second)
    expect(second.isClosed()).toBe(false)
    expect(broker.stats().connected).toBe(1)
  })

  it('two that are let in by one answer of the engine come one after the other', async () => {
    const letIn: (() => void)[] = []
    const { broker, open } = await start({
      hooks: { authenticate: () => new Promise((resolve) => letIn.push(() => resolve({ accept: null }))) },
    })
    const first = open()
    const second = open()
    // A will takes Aedes longer: side by side the newer would be registered first, and then closed by the older.
    first.send(connectPacket('a', { will }))
    second.send(connectPacket('a'))
    await until(() => letIn.length === 2, 'both asked for')
    for (const go of letIn) go()
    await until(() => first.isClosed() || second.isClosed(), 'one gave way')
    await turns(20)
    expect([first.isClosed(), second.isClosed()]).toEqual([true, false])
    await settled(second)
    expect(broker.stats().connected).toBe(1)
  })
})
