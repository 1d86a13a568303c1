import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { AdminDoor, type AdminDoorParts } from '../../../hub/admin/admin-door.ts'
import { Reader } from '../../../hub/admin/reader.ts'
import { openStore } from '../../../hub/store/open-store.ts'
import { storeFile } from '../../../hub/store/places.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { silentLog } from '../../../shared/log.ts'
import { ask, commandInput, LOCAL } from '../engine/ask.ts'
import { openTestHouse } from '../engine/engine-in-memory.ts'
import { KeysInMemory } from '../secrets/keys-in-memory.ts'

const EXPIRED = { status: 'error', error: { code: 'expired' } }

/** A door in front of `parts`, and what it answered. */
function door(clock: ManualClock, parts: Partial<AdminDoorParts>) {
  const answers: unknown[] = []
  const admin = new AdminDoor({
    run: async () => ({ verdict: 'stored' }),
    query: async () => ({}),
    danger: async () => null,
    note: async () => {},
    publish: (_client, _asked, response) => void answers.push(response),
    prepareContext: (caller) => ({
      caller,
      now: clock.now(),
      clockSynced: true,
      hub: {
        reach: () => ({ addresses: [], warnings: [] }),
        pin: '',
        plain: () => ({ server: '', warnings: [] }),
        page: () => ({ origins: [], warnings: [], fingerprint: null }),
      },
      keyring: new KeysInMemory().keyring(),
      makeKey: () => 'k2-aaaaaaaa',
      verifyCentral: () => Promise.reject(new Error('none')),
      tokensInUse: () => [],
      bridgesInUse: () => [],
      front: () => ({}),
      storage: async () => ({}),
      passwordAgain: async () => {},
      beside: () => ({ state: () => null, keep: () => 'ticket' }),
      card: async () => ({}),
    }),
    clock,
    log: silentLog,
    ...parts,
  })
  const request = (area: string, verb: string, payload: object) =>
    admin.request({ area, verb }, { payload: Buffer.from(JSON.stringify(payload)), retained: false, caller: LOCAL })
  return { answers, request }
}

describe('a request that says how long it may wait', () => {
  it('is not run by the engine after that, whatever it waited for, and changes nothing', () => {
    const house = openTestHouse()
    const late = commandInput('devices/create', { name: 'Late' }, { deadline: house.now + 5_000 })
    late.request.expires_in_ms = 5_000
    house.now += 5_000
    expect(ask(house, late)).toMatchObject(EXPIRED)
    expect(house.all('SELECT id FROM devices')).toEqual([])
    expect(house.all('SELECT 1 FROM request_memory')).toEqual([])
    house.now -= 1
    expect(ask(house, late)).toMatchObject({ status: 'ok' })
  })

  it('and was run before is answered again, also when it comes too late', () => {
    const house = openTestHouse()
    const id = house.device('kitchen-pi')
    const rename = commandInput(
      'devices/rename',
      { device: id, name: 'Hall' },
      { id: 'one', deadline: house.now + 5_000 },
    )
    const first = ask(house, rename)
    house.now += 60_000
    expect(ask(house, rename)).toEqual(first)
  })

  it('is counted from its receipt, on the clock that nobody sets', async () => {
    const clock = new ManualClock()
    const inputs: { deadline?: number }[] = []
    const { request } = door(clock, {
      run: async (input) => {
        inputs.push(input)
        return { verdict: 'stored' }
      },
    })
    clock.jump(-86_400_000)
    await request('devices', 'create', { id: 'a', params: { name: 'A' }, expires_in_ms: 700 })
    await request('devices', 'create', { id: 'b', params: { name: 'B' } })
    expect(inputs.map(({ deadline }) => deadline)).toEqual([clock.mono() + 700, undefined])
  })

  it('is not run when preparing it took longer', async () => {
    const clock = new ManualClock()
    let ran = 0
    const { answers, request } = door(clock, {
      run: async () => {
        ran += 1
        return { verdict: 'stored' }
      },
      prepareContext() {
        clock.advance(10_000)
        return { hub: { reach: () => ({ addresses: [], warnings: [] }), pin: '' } } as unknown as ReturnType<
          AdminDoorParts['prepareContext']
        >
      },
    })
    await request('devices', 'invite', { id: 'a', params: { name: 'A' }, expires_in_ms: 10_000 })
    expect(answers).toMatchObject([EXPIRED])
    await request('devices', 'invite', { id: 'b', params: { name: 'B' }, expires_in_ms: 10_001 })
    expect(ran).toBe(1)
  })

  it('is not asked of the reader after it waited behind others for longer', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lares-expiry-'))
    openStore({ folder, now: 1, log: silentLog }).close()
    const clock = new ManualClock()
    const reader = new Reader(storeFile(folder), clock)
    const question = { area: 'users', verb: 'list', params: { limit: 10 }, caller: LOCAL, now: 1 }
    try {
      const first = reader.ask(question)
      const late = reader.ask({ ...question, deadline: clock.mono() + 1_000 })
      const patient = reader.ask({ ...question, deadline: clock.mono() + 1_001 })
      clock.advance(1_000)
      const answers = await Promise.allSettled([first, late, patient])
      expect(answers).toMatchObject([
        { value: { users: [] } },
        { reason: { code: 'expired' } },
        { value: { users: [] } },
      ])
    } finally {
      await reader.stop()
      rmSync(folder, { recursive: true })
    }
  })
})
