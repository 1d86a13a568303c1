import { describe, expect, it } from 'vitest'
import { AdminDoor, type AdminDoorParts } from '../../../hub/admin/admin-door.ts'
import type { Caller } from '../../../hub/engine/caller.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { decode } from '../../../shared/codec.ts'
import { LaresError } from '../../../shared/errors.ts'
import { silentLog } from '../../../shared/log.ts'
import type { AdminResponse } from '../../../shared/messages/admin-response.ts'
import { accountOf } from '../callers.ts'
import { LOCAL } from '../engine/ask.ts'
import { KeysInMemory } from '../secrets/keys-in-memory.ts'

const USER = accountOf('ann', { h: [{ right: 'control' }] })

/** A door whose engine and reader the test plays. `answers` are what callers were told, in order. */
function doorUnderTest(more: Partial<AdminDoorParts> = {}) {
  const answers: { client: string; verb: string; response: AdminResponse }[] = []
  const asked: { run: unknown[]; query: unknown[]; note: unknown[]; logged: unknown[] } = {
    run: [],
    query: [],
    note: [],
    logged: [],
  }
  const door = new AdminDoor({
    async run(input) {
      asked.run.push(input)
      return { verdict: 'stored' }
    },
    async query({ area, verb }, params) {
      asked.query.push([`${area}/${verb}`, params])
      return { devices: [] }
    },
    danger: async () => null,
    note: async ({ area, verb, ok, times }) => void asked.note.push(`${area}/${verb} ${ok} ${times}`),
    publish: ({ client }, { area, verb }, response) => void answers.push({ client, verb: `${area}/${verb}`, response }),
    prepareContext: (caller) => ({
      caller,
      now: 0,
      clockSynced: true,
      hub: {
        reach: () => ({ addresses: ['h:8883'], warnings: [] }),
        pin: 'p',
        plain: () => ({ server: 'h:1883', warnings: [] }),
        page: () => ({ origins: [], warnings: [], fingerprint: null }),
      },
      keyring: new KeysInMemory().keyring(),
      makeKey: () => 'k2-aaaaaaaa',
      verifyCentral: () => Promise.reject(new LaresError('not_found', 'no central is configured')),
      tokensInUse: () => [],
      bridgesInUse: () => [],
      front: () => ({ connected: 3 }),
      storage: async () => ({}),
      passwordAgain: async () => {},
      beside: () => ({ state: () => null, keep: () => 'ticket' }),
      card: async () => ({}),
    }),
    clock: new ManualClock(),
    log: { ...silentLog, error: (fields: object) => void asked.logged.push(fields) },
    ...more,
  })
  const request = (
    name: string,
    payload: unknown,
    { caller = LOCAL, retained = false }: { caller?: Caller; retained?: boolean } = {},
  ) => {
    const [area = '', verb = ''] = name.split('/')
    const bytes = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload))
    return door.request({ area, verb }, { payload: bytes, retained, caller })
  }
  return { answers, asked, request }
}

/** The one answer there must be. */
function only(answers: { response: AdminResponse }[]): AdminResponse {
  expect(answers).toHaveLength(1)
  return answers[0]?.response as AdminResponse
}

const error = (code: string, id = 'r1') => ({ id, status: 'error', error: { code, hint: expect.stringMatching(/./) } })
const create = { id: 'r1', params: { name: 'Hall', device_type: 'custom' } }

describe('the admin door refuses', () => {
  it.each([
    ['no JSON', '{', 'bad_json', ''],
    ['no id', '{}', 'bad_message', ''],
    ['an id that is no text', { id: 7 }, 'bad_message', ''],
  ])('a payload with %s, and tells who sent it', async (_what, payload, code, id) => {
    const { answers, asked, request } = doorUnderTest()
    await request('devices/list', payload, { caller: USER })
    expect(only(answers)).toMatchObject(error(code, id))
    expect(answers[0]).toMatchObject({ client: 'ann.1', verb: 'devices/list' })
    expect([asked.run, asked.query, asked.note]).toEqual([[], [], []])
  })

  it.each<[string, string, Record<string, unknown>, { caller?: Caller; retained?: boolean }, string]>([
    ['an unknown command', 'devices/explode', {}, {}, 'unknown_command'],
    ['an inherited name', 'constructor/toString', {}, {}, 'unknown_command'],
    ['who lacks the right', 'devices/create', create, { caller: USER }, 'forbidden'],
    ['who belongs to no house', 'devices/list', {}, { caller: accountOf('ann', {}) }, 'forbidden'],
    ['a retained request', 'devices/list', {}, { retained: true }, 'retained_request'],
    ['a request whose time is over', 'devices/list', { expires_in_ms: 0 }, {}, 'expired'],
    ['params that are not its own', 'devices/list', { params: { surprise: 1 } }, {}, 'bad_params'],
  ])('%s, and neither engine nor reader hears of it', async (_what, name, more, how, code) => {
    const { answers, asked, request } = doorUnderTest()
    await request(name, { ...more, id: 'r1' }, how)
    expect(only(answers)).toMatchObject(error(code))
    expect([asked.run, asked.query]).toEqual([[], []])
    expect(asked.note).toEqual([`${name} false 1`])
    expect(asked.logged).toEqual([])
  })

  it('what could not be prepared, with its own code', async () => {
    const { answers, asked, request } = doorUnderTest()
    await request('sync/verify', { id: 'r1' })
    expect(only(answers)).toMatchObject({ ...error('not_found'), error: { message: 'no central is configured' } })
    expect(asked.run).toEqual([])
  })

  it('what could not be prepared for a reason nobody foresaw, without telling it to the caller', async () => {
    const { answers, asked, request } = doorUnderTest({
      prepareContext: () => {
        throw new Error('ENOENT /var/lib/secret')
      },
    })
    await request('hub/status', { id: 'r1' })
    expect(only(answers)).toMatchObject(error('internal'))
    expect(JSON.stringify(answers)).not.toContain('secret')
    expect(asked.logged).toEqual([{ area: 'hub', verb: 'status', error: 'Error: ENOENT /var/lib/secret' }])
    expect(asked.run).toEqual([])
  })
})

describe('the admin door hands a command to the engine', () => {
  it('whole, and leaves the answer to it', async () => {
    const { answers, asked, request } = doorUnderTest()
    await request('devices/create', create)
    expect(answers).toEqual([])
    expect(asked.run).toEqual([
      { kind: 'command', area: 'devices', verb: 'create', request: create, caller: LOCAL, retained: false },
    ])
    // The engine notes what changed by itself.
    expect(asked.note).toEqual([])
  })

  it('without the secrets of which something was prepared', async () => {
    const { asked, request } = doorUnderTest()
    await request('secrets/set', { id: 'r1', params: { name: 'mail', secret: 'CANARY' } })
    await request('users/create', { id: 'r2', params: { email: 'paul@example.com', password: 'CANARY-CANARY' } })
    expect(asked.run).toMatchObject([
      { prepared: expect.stringMatching(/^sealed1:/), request: { params: { name: 'mail', secret: '******' } } },
      { prepared: expect.stringMatching(/^\$argon2id/), request: { params: { password: '*'.repeat(13) } } },
    ])
    expect(JSON.stringify(asked)).not.toContain('CANARY')
  })

  it('with what was prepared, and notes a question that the engine answers', async () => {
    const { answers, asked, request } = doorUnderTest()
    await request('hub/status', { id: 'r1' })
    expect(answers).toEqual([])
    expect(asked.run).toMatchObject([{ verb: 'status', prepared: { connected: 3 } }])
    expect(asked.note).toEqual(['hub/status true 1'])
  })

  it.each(['rejected', 'refused', 'duplicate'] as const)('and answers itself when that says %s', async (verdict) => {
    const { answers, asked, request } = doorUnderTest({ run: async () => ({ verdict }) })
    await request('devices/create', create)
    expect(only(answers)).toMatchObject(error('internal'))
    expect(asked.note).toEqual(['devices/create false 1'])
    expect(asked.logged).toHaveLength(1)
  })

  it('and says so when nothing can be stored', async () => {
    const run = () => Promise.reject(new LaresError('disk_full', 'the hub cannot store at present'))
    const { answers, asked, request } = doorUnderTest({ run })
    await request('devices/create', create)
    expect(only(answers)).toMatchObject(error('disk_full'))
    expect(asked.logged).toEqual([])
  })
})

describe('the admin door asks what a dangerous command takes away', () => {
  const revoke = { id: 'r1', params: { device: 'kitchen-pi' } }

  it('and runs it only when that is confirmed', async () => {
    const { answers, asked, request } = doorUnderTest({ danger: async () => 'Kitchen Pi will be shut out' })
    await request('devices/revoke', revoke)
    expect(only(answers)).toMatchObject({
      ...error('confirm_needed'),
      error: { message: 'Kitchen Pi will be shut out' },
    })
    expect(asked.run).toEqual([])
    await request('devices/revoke', { ...revoke, confirm: true })
    expect(asked.run).toMatchObject([{ verb: 'revoke', request: { confirm: true } }])
  })

  it('and hands it on unconfirmed when it takes nothing, for the engine asks again', async () => {
    const { answers, asked, request } = doorUnderTest({ danger: async () => null })
    await request('devices/revoke', revoke)
    expect(answers).toEqual([])
    expect(asked.run).toEqual([
      { kind: 'command', area: 'devices', verb: 'revoke', request: revoke, caller: LOCAL, retained: false },
    ])
  })

  it('only where the caller may have the command', async () => {
    const danger = () => Promise.reject(new Error('nobody may ask this'))
    const { answers, request } = doorUnderTest({ danger })
    await request('devices/revoke', revoke, { caller: USER })
    expect(only(answers)).toMatchObject(error('forbidden'))
  })
})

describe('the admin door asks the reader', () => {
  it('with checked params, and answers what it says', async () => {
    const { answers, asked, request } = doorUnderTest()
    await request('devices/list', { id: 'r1', params: { all: true } }, { caller: USER })
    expect(only(answers)).toEqual({ id: 'r1', status: 'ok', data: { devices: [] } })
    expect(answers[0]).toMatchObject({ client: 'ann.1', verb: 'devices/list' })
    expect(asked.query).toEqual([['devices/list', { all: true, limit: 500 }]])
    expect(asked.run).toEqual([])
    expect(asked.note).toEqual(['devices/list true 1'])
  })

  it.each([
    [new LaresError('not_found', 'there is no device x'), 'not_found', 0],
    [new Error('SQLITE_CORRUPT'), 'internal', 1],
    ['a plain text', 'internal', 1],
  ])('and answers %s with its code or a plain one', async (thrown, code, logged) => {
    const { answers, asked, request } = doorUnderTest({ query: () => Promise.reject(thrown) })
    await request('devices/show', { id: 'r1', params: { device: 'x' } })
    expect(only(answers)).toMatchObject(error(code))
    expect(JSON.stringify(answers)).not.toContain('SQLITE')
    expect(asked.note).toEqual(['devices/show false 1'])
    expect(asked.logged).toHaveLength(logged)
  })

  it('about several things at once, and answers each once', async () => {
    const open: (() => void)[] = []
    const query = () => new Promise((resolve) => open.push(() => resolve({ devices: [] })))
    const { answers, request } = doorUnderTest({ query })
    const requests = ['r1', 'r2', 'r3'].map((id) => request('devices/list', { id }))
    await request('devices/explode', { id: 'r4' })
    for (const answer of open.reverse()) answer()
    await Promise.all(requests)
    expect(answers.map(({ response }) => response.id)).toEqual(['r4', 'r3', 'r2', 'r1'])
  })

  it('with a remedy that its message can carry, however long the names in it are', async () => {
    const thrown = new LaresError('bad_params', 'which house?', { hint: `Name one: ${'a house, '.repeat(200)}.` })
    const { answers, request } = doorUnderTest({ query: () => Promise.reject(thrown) })
    await request('devices/show', { id: 'r1', params: { device: 'x' } })
    expect(decode('admin-response', Buffer.from(JSON.stringify(only(answers))))).toMatchObject({ ok: true })
  })
})
