import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { configSchema } from '../../../edge/config/schema.ts'
import type { HubDoor } from '../../../edge/doctor/hub-check.ts'
import { checkHubThrough } from '../../../edge/doctor/hub-check.ts'
import { systemMachine } from '../../../edge/health/machine.ts'
import { writeDeviceIdentity } from '../../../edge/link/device-identity.ts'
import { ManualClock, wait } from '../../../shared/clock.ts'
import { LaresError } from '../../../shared/errors.ts'

/** What an address does after how long: it answers, shows another key, or says nothing. */
type Behaviour = { afterMs: number; wrongKey?: true } | 'silent'

function houseWith(behaviours: Record<string, Behaviour>, { refuses = false }: { refuses?: boolean } = {}) {
  const dataFolder = mkdtempSync(join(tmpdir(), 'lares-hub-check-'))
  onTestFinished(() => rmSync(dataFolder, { recursive: true }))
  const clock = new ManualClock()
  const [fromFile = '', ...known] = Object.keys(behaviours)
  writeDeviceIdentity(dataFolder, {
    ...{ device: 'kitchen-x7k2m9', secret: 's'.repeat(43), name: 'Kitchen', joined_at: 0 },
    ...{ addresses: known, pin: 'p'.repeat(43), base: 'lares' },
  })
  const config = configSchema.parse({ hub: { addresses: [fromFile] } })
  const [open, signedIn] = [new Set<string>(), [] as string[]]
  const door: HubDoor<{ address: string; destroy(): void }> = {
    async open({ address, timeoutMs }) {
      const behaviour = behaviours[address] ?? 'silent'
      await wait(clock, behaviour === 'silent' ? timeoutMs : behaviour.afterMs, new AbortController().signal)
      if (behaviour === 'silent') throw new LaresError('unreachable', `cannot reach ${address}: no answer`)
      if (behaviour.wrongKey) throw new LaresError('wrong_pin', `${address} shows another key`)
      open.add(address)
      return { address, destroy: () => open.delete(address) }
    },
    async signIn({ socket, timeoutMs }) {
      signedIn.push(socket.address)
      open.delete(socket.address)
      if (!refuses) return
      await wait(clock, timeoutMs, new AbortController().signal)
      throw new LaresError('unreachable', 'the hub is silent')
    },
  }
  const options = { dataFolder, config, configFile: null, clock, machine: systemMachine({ clock }), status: null }
  return { clock, open, signedIn, check: () => checkHubThrough(door, options) }
}

/** How much time passed until it was settled. */
async function took(clock: ManualClock, answer: Promise<unknown>): Promise<number> {
  let settled = false
  void answer.finally(() => {
    settled = true
  })
  const startedAt = clock.mono()
  for (;;) {
    for (let turn = 0; turn < 50 && !settled; turn += 1) await Promise.resolve()
    if (settled) return clock.mono() - startedAt
    clock.advance(1_000)
  }
}

describe('the addresses of a hub', () => {
  it('are dialled at once: five that say nothing take as long as one', async () => {
    const addresses = [1, 2, 3, 4, 5].map((index) => `10.0.0.${index}:8883`)
    const { clock, check } = houseWith(Object.fromEntries(addresses.map((address) => [address, 'silent'])))
    const found = check()
    expect(await took(clock, found)).toBe(10_000)
    expect((await found).map(({ check: name, state }) => [name, state])).toEqual([
      ['identity', 'ok'],
      ...addresses.map((address) => [`hub ${address}`, 'problem']),
    ])
  })

  it('are told in their order, not in that of the answers, and one that works is enough', async () => {
    const { clock, check, open, signedIn } = houseWith({
      'slow.lan:8883': { afterMs: 3_000 },
      'away.lan:8883': 'silent',
      'quick.lan:8883': { afterMs: 0 },
      'other.lan:8883': { afterMs: 1_000, wrongKey: true },
    })
    const found = check()
    expect(await took(clock, found)).toBe(10_000)
    expect((await found).slice(1)).toMatchObject([
      { check: 'hub slow.lan:8883', state: 'ok', says: 'the key is right' },
      { check: 'hub away.lan:8883', state: 'skipped', says: expect.stringContaining('another address works') },
      { check: 'hub quick.lan:8883', state: 'ok', says: 'the key is right, and the hub accepts this device' },
      { check: 'hub other.lan:8883', state: 'skipped', says: expect.stringContaining('another key') },
    ])
    // A second connection with the same client id would throw the first one out.
    expect([signedIn, [...open]]).toEqual([['quick.lan:8883'], []])
  })

  it('take 20 s at most, a hub that is silent after the handshake included', async () => {
    const { clock, check } = houseWith(
      { 'a.lan:8883': { afterMs: 9_000 }, 'b.lan:8883': { afterMs: 9_000 }, 'c.lan:8883': 'silent' },
      { refuses: true },
    )
    const found = check()
    expect(await took(clock, found)).toBe(19_000)
    expect((await found).map(({ state }) => state)).toEqual(['ok', 'problem', 'ok', 'skipped'])
  })
})
