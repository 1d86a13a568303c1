import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type BrokerAddress, ExistingBroker } from '../../../hub/makers/existing-broker.ts'
import type { Cancel, Clock } from '../../../shared/clock.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { Mosquitto, noMosquitto } from './mosquitto.ts'

const WITHIN = { timeout: 30_000, interval: 2 }
const DAY_MS = 86_400_000
/** A try may take so long. */
const DIAL_MS = 10_000
const HOUR_MS = 3_600_000

/** Says what waits. */
class WatchedClock extends ManualClock implements Clock {
  readonly waiting = new Map<number, number>()
  readonly asked: number[] = []

  override after(ms: number, run: () => void): Cancel {
    this.asked.push(ms)
    const key = this.asked.length
    this.waiting.set(key, ms)
    const cancel = super.after(ms, () => {
      this.waiting.delete(key)
      run()
    })
    return () => {
      this.waiting.delete(key)
      cancel()
    }
  }
}

const open: { stop(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.stop()
})

function client(url: string, clock: Clock) {
  const states: { online: boolean; reason: string | null }[] = []
  const heard: string[] = []
  let attempts = 0
  const broker = new ExistingBroker({
    async address(): Promise<BrokerAddress> {
      attempts += 1
      return { url, user: null, password: null, ca: null, pin: null }
    },
    filters: () => new Set(['a/#']),
    most: () => 1_000,
    passedOver: ({ topic }) => heard.push(`${topic} was too large`),
    hear: ({ topic, payload }) => heard.push(`${topic} ${String(payload)}`),
    changed: (state) => states.push(state),
    clock,
  })
  open.push(broker)
  broker.start()
  return { states, heard, attempts: () => attempts }
}

/** A broker that takes everybody, and ends each connection at once. */
async function inhospitable(): Promise<string> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('data', () => socket.end(Buffer.from([0x20, 2, 0, 0])))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push({ stop: () => new Promise((resolve) => server.close(resolve)) })
  return `mqtt://127.0.0.1:${(server.address() as { port: number }).port}`
}

describe('a broker that ends every connection', () => {
  it('is asked less and less often, as one that takes none', async () => {
    const clock = new WatchedClock()
    const { states } = client(await inhospitable(), clock)
    for (let round = 1; round <= 8; round += 1) {
      await vi.waitFor(() => expect(states.filter(({ online }) => !online)).toHaveLength(round), WITHIN)
      clock.advance(100_000)
    }
    // Each is at least half of what doubling comes to.
    const delays = clock.asked.filter((ms) => ms !== 30_000)
    expect(delays.at(-1)).toBeGreaterThanOrEqual(30_000)
  })
})

if (noMosquitto !== null) console.warn(`skipped: ${noMosquitto}`)

describe.skipIf(noMosquitto !== null)('a broker that is gone for a day', () => {
  it('is asked for once in a minute or two, and heard again; nothing piles up meanwhile', async () => {
    const server = await Mosquitto.start()
    open.push({ stop: () => server.remove() })
    const clock = new WatchedClock()
    const { states, heard, attempts } = client(server.url, clock)
    await vi.waitFor(() => expect(states).toEqual([{ online: true, reason: null }]), WITHIN)
    await server.stop()
    await vi.waitFor(() => expect(states).toHaveLength(2), WITHIN)
    const since = clock.now()
    const before = attempts()
    while (clock.now() - since < DAY_MS) {
      // It waits to try again, and tries at present no more.
      await vi.waitFor(() => expect([...clock.waiting.values()]).toEqual([expect.not.closeTo(DIAL_MS)]), WITHIN)
      const asked = attempts()
      while (attempts() === asked) clock.advance(10_000)
    }
    expect(attempts() - before).toBeLessThan(DAY_MS / 30_000)
    expect(attempts() - before).toBeGreaterThan(DAY_MS / 100_000)
    // That the connection ended, and that nothing listens: not that again, a thousand times.
    expect(states.slice(1).every(({ online }) => !online)).toBe(true)
    expect(states.length).toBeLessThanOrEqual(3)
    await server.start()
    await vi.waitFor(() => {
      clock.advance(10_000)
      expect(states.at(-1)).toEqual({ online: true, reason: null })
    }, WITHIN)
    const other = await server.client()
    await vi.waitFor(async () => {
      await other.publishAsync('a/b', 'back', { qos: 1 })
      expect(heard).toContain('a/b back')
    }, WITHIN)
    await other.endAsync()
    clock.advance(HOUR_MS)
    expect(clock.waiting.size).toBe(0)
  }, 300_000)

  it('passes over what is too large, and hears what follows it', async () => {
    const server = await Mosquitto.start()
    open.push({ stop: () => server.remove() })
    const { heard } = client(server.url, new ManualClock())
    const other = await server.client()
    await vi.waitFor(async () => {
      await other.publishAsync('a/b', 'first', { qos: 1 })
      expect(heard).toContain('a/b first')
    }, WITHIN)
    // More than a broker sends before it waits for acknowledgements.
    for (let n = 0; n < 50; n += 1) await other.publishAsync('a/large', Buffer.alloc(10_485_760), { qos: 1 })
    await other.publishAsync('a/b', 'last', { qos: 1 })
    await vi.waitFor(() => expect(heard.at(-1)).toBe('a/b last'), WITHIN)
    expect(heard.filter((one) => one === 'a/large was too large')).toHaveLength(50)
    await other.endAsync()
  }, 120_000)
})
