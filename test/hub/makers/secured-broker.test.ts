import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type BrokerState, ExistingBroker } from '../../../hub/makers/existing-broker.ts'
import { systemClock } from '../../../shared/clock.ts'
import { certify, makeBrokerKey } from './broker-tls.ts'
import { Mosquitto, noMosquitto } from './mosquitto.ts'

const USER = { name: 'lares', password: 'a house' }
const WITHIN = { timeout: 60_000, interval: 20 }

let folder: string
const open: (() => Promise<unknown> | unknown)[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lares-secured-broker-'))
})
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
  rmSync(folder, { recursive: true })
})

/** How a hub finds the broker that knows it by these. */
function hub(url: string, known: { ca?: string; pin?: string }): BrokerState[] {
  const states: BrokerState[] = []
  const broker = new ExistingBroker({
    address: async () => ({ url, user: USER.name, password: USER.password, ca: null, pin: null, ...known }),
    filters: () => new Set(['a/#']),
    most: () => 1_000,
    passedOver() {},
    hear() {},
    changed: (state) => states.push(state),
    clock: systemClock,
  })
  open.push(() => broker.stop())
  broker.start()
  return states
}

const becomes = (states: readonly BrokerState[], state: unknown) =>
  vi.waitFor(() => expect(states.at(-1)).toEqual(state), WITHIN)
const ONLINE = { online: true, reason: null }
const refused = (words: RegExp) => ({ online: false, reason: expect.stringMatching(words), refuses: true })

if (noMosquitto !== null) console.warn(`skipped: ${noMosquitto}`)

describe.skipIf(noMosquitto !== null)('a broker that speaks TLS', () => {
  async function broker() {
    const own = makeBrokerKey(folder, 'own')
    const mosquitto = await Mosquitto.start(USER, own)
    open.push(() => mosquitto.remove())
    return { own, mosquitto }
  }

  it('is connected to by the certificate of its authority, or by its key', async () => {
    const { own, mosquitto } = await broker()
    await becomes(hub(mosquitto.url, { ca: own.pem }), ONLINE)
    await becomes(hub(mosquitto.url, { pin: own.pin }), ONLINE)
  })

  it('and made its certificate itself says what to write, and that is right', async () => {
    const { mosquitto } = await broker()
    const states = hub(mosquitto.url, {})
    await becomes(states, refused(/^it made its certificate itself\. Where this is its key: pin = "[0-9a-f]{64}"$/))
    const pin = /pin = "(\w+)"/.exec(states.at(-1)?.reason ?? '')?.[1] ?? ''
    await becomes(hub(mosquitto.url, { pin }), ONLINE)
  })

  it('is known by its key when its certificate is over, and not by that', async () => {
    const { own, mosquitto } = await broker()
    await mosquitto.stop()
    certify(own, -1)
    await mosquitto.start()
    await becomes(hub(mosquitto.url, { pin: own.pin }), ONLINE)
    await becomes(hub(mosquitto.url, { ca: readFileSync(own.cert, 'utf8') }), refused(/^its certificate has expired/))
  })

  it('and has another key from one day on is let in no more, until pin is that one', async () => {
    const { own, mosquitto } = await broker()
    const states = hub(mosquitto.url, { pin: own.pin })
    await becomes(states, ONLINE)
    await mosquitto.stop()
    const next = makeBrokerKey(folder, 'own')
    await mosquitto.start()
    await becomes(states, refused(new RegExp(`^it shows another key .* pin = "${next.pin}"$`)))
    await becomes(hub(mosquitto.url, { pin: next.pin }), ONLINE)
  })
})

describe('somebody else at the address of a broker', () => {
  it.each(['pin', 'ca', 'neither'])('gets no user and no password where %s is written', async (known) => {
    const [own, other] = [makeBrokerKey(folder, 'own'), makeBrokerKey(folder, 'other')]
    const heard: Buffer[] = []
    let ended = 0
    const server: Server = createTlsServer({ key: readFileSync(other.key), cert: other.pem }, (socket) => {
      socket.on('error', () => {})
      socket.on('data', (chunk) => heard.push(chunk))
    })
    server.on('connection', (socket) => socket.on('close', () => (ended += 1)))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    open.push(() => new Promise((resolve) => server.close(resolve)))
    const { port } = server.address() as { port: number }
    const by = { pin: { pin: own.pin }, ca: { ca: own.pem }, neither: {} }[known] ?? {}
    const states = hub(`mqtts://127.0.0.1:${port}`, by)
    await becomes(states, { online: false, reason: expect.any(String), refuses: true })
    await vi.waitFor(() => expect(ended).toBeGreaterThan(0), WITHIN)
    expect(Buffer.concat(heard).toString('latin1')).toBe('')
  })
})
