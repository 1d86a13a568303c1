import { describe, expect, it } from 'vitest'
import { BatchWriter } from '../../../hub/engine/batch.ts'
import type { Admission, Credentials } from '../../../hub/engine/principal.ts'
import { hashSecret } from '../../../hub/features/devices/joining.ts'
import { parseJoinToken } from '../../../shared/join-token.ts'
import { ask, commandInput, data } from '../engine/ask.ts'
import { openTestHouse, START, type TestHouse } from '../engine/engine-in-memory.ts'

function admit(house: TestHouse, credentials: Partial<Credentials>): Admission {
  const writer = new BatchWriter()
  writer.input({
    kind: 'authenticate',
    credentials: { clientId: 'x', username: null, password: null, listener: 'tls', ...credentials },
  })
  const result = house.engine.process(writer.finish(), { now: house.now, clockSynced: true })
  return result.values[0]?.[1] as Admission
}

const code = (admission: Admission) => ('refuse' in admission ? admission.refuse : 'accepted')

/** A house with a device, a person of one house, an administrator and an integration. */
function inhabited() {
  const house = openTestHouse()
  const home = house.all<{ id: string }>('SELECT id FROM houses')[0]?.id ?? ''
  house.device('kitchen-pi')
  house.device('cellar-pi')
  const person = (id: string, role: string, token: string, integration = 0) => {
    house.db
      .prepare('INSERT INTO users (id, email, role, created_at, updated_at) VALUES (?, ?, ?, ?, ?)')
      .run(id, `${id}@example.com`, role, START, START)
    house.db
      .prepare(
        'INSERT INTO api_tokens (id, user_id, name, token_hash, integration, created_at) VALUES (?, ?, ?, ?, ?, ?)',
      )
      .run(`t-${id}`, id, 'test', hashSecret(token), integration, START)
  }
  person('anna', 'admin', 'anna-token')
  person('paul', 'user', 'paul-token')
  person('assistant', 'user', 'assistant-token', 1)
  house.db
    .prepare(
      "INSERT INTO people (id, house_id, user_id, name, role, created_at, updated_at) VALUES ('p1', ?, 'paul', 'Paul', 'owner', ?, ?)",
    )
    .run(home, START, START)
  const { token } = data<{ token: string }>(
    ask(
      house,
      commandInput(
        'devices/invite',
        { name: 'New' },
        { prepared: { addresses: ['h:1'], warnings: [], pin: 'p'.repeat(43) } },
      ),
    ),
  )
  return { house, home, joinCode: parseJoinToken(token).code }
}

const device = { clientId: 'kitchen-pi', username: 'kitchen-pi', password: 'secret' }

const session = expect.stringMatching(/^[0-9a-f-]{36}$/)

describe('who may connect', () => {
  const { house, home, joinCode } = inhabited()

  it.each<[string, Partial<Credentials>, unknown]>([
    ['a device with its secret', device, { kind: 'device', id: 'kitchen-pi', voice: false, house: home }],
    [
      "a device's second connection, for its voice",
      { ...device, clientId: 'kitchen-pi.voice' },
      { kind: 'device', id: 'kitchen-pi', voice: true, house: home },
    ],
    [
      'an administrator, who sees all houses',
      { clientId: 'anna.1', username: 'anna', password: 'anna-token' },
      { kind: 'person', user: 'anna', token: 't-anna', rights: 'all', session },
    ],
    [
      'a person, who sees the own house',
      { clientId: 'paul.x1', username: 'paul', password: 'paul-token' },
      { kind: 'person', user: 'paul', token: 't-paul', rights: { [home]: [{ right: 'configure' }] }, session },
    ],
    [
      'an integration under any free id',
      { clientId: 'homeassistant', username: 'assistant', password: 'assistant-token' },
      { kind: 'integration', user: 'assistant', token: 't-assistant', rights: {}, session },
    ],
    [
      'a joiner with a code',
      { clientId: 'join.abc', username: 'join', password: joinCode },
      { kind: 'joiner', invitation: expect.any(String) },
    ],
    ['whoever may open the local socket', { clientId: 'local.abc', listener: 'local' }, { kind: 'local', session }],
  ])('%s', (_who, credentials, principal) => {
    expect(admit(house, credentials)).toEqual({ accept: principal, clientId: credentials.clientId })
  })

  it('has a login of its own each time', () => {
    const sessions = [0, 1].map(() => {
      const admission = admit(house, { clientId: 'x', listener: 'local' })
      return 'accept' in admission && admission.accept.kind === 'local'
        ? admission.accept.session
        : expect.fail('refused')
    })
    expect(new Set(sessions).size).toBe(2)
  })

  it('has the rights of what it is in each house, and none of a role that nobody knows', () => {
    const own = inhabited()
    own.house.db.exec(`INSERT INTO houses (id, name, created_at, updated_at) VALUES ('b', 'B', 0, 0), ('c', 'C', 0, 0)`)
    own.house.db.exec(
      `INSERT INTO people (id, house_id, user_id, name, role, created_at, updated_at)
       VALUES ('p2', 'b', 'paul', 'Paul', 'guest', 0, 0), ('p3', 'c', 'paul', 'Paul', 'butler', 0, 0), ('p4', 'c', NULL, 'paul', 'owner', 0, 0)`,
    )
    const admission = admit(own.house, { clientId: 'x', username: 'paul', password: 'paul-token' })
    expect('accept' in admission && 'rights' in admission.accept && admission.accept.rights).toEqual({
      [own.home]: [{ right: 'configure' }],
      b: [{ right: 'see' }],
    })
  })

  it.each<[string, Partial<Credentials>, string | RegExp]>([
    ['a device that leaves its client id to the hub is itself', { ...device, clientId: '' }, 'kitchen-pi'],
    ['a person who does gets one', { clientId: '', username: 'paul', password: 'paul-token' }, /^paul\.[0-9a-f]{24}$/],
    ['whoever opens the local socket does too', { clientId: '', listener: 'local' }, /^local\.[0-9a-f]{24}$/],
  ])('%s', (_who, credentials, clientId) => {
    expect(admit(house, credentials)).toMatchObject({ clientId: expect.stringMatching(clientId) })
  })

  it.each(['kitchen-pi', 'kitchen-pi.voice', 'anna.1', 'join.abc', 'local.abc', 'mqtt-explorer-1a2b', 'paul'])(
    'a person and an integration under any client id, because it is their own: %s',
    (clientId) => {
      for (const [username, password] of [
        ['paul', 'paul-token'],
        ['assistant', 'assistant-token'],
      ] as const)
        expect(admit(house, { clientId, username, password })).toMatchObject({ accept: { user: username }, clientId })
      expect(admit(house, { clientId, listener: 'local' })).toMatchObject({ accept: { kind: 'local' }, clientId })
    },
  )
})

describe('who may not connect', () => {
  const { house, joinCode } = inhabited()
  const person = { clientId: 'paul.x1', username: 'paul', password: 'paul-token' }
  const integration = { username: 'assistant', password: 'assistant-token' }

  it.each<[string, Partial<Credentials>, number]>([
    ['a device with a wrong secret', { ...device, password: 'wrong' }, 4],
    ['a device with an empty secret', { ...device, password: '' }, 4],
    ['a device without a password', { ...device, password: null }, 4],
    ["a device with another device's id", { ...device, clientId: 'cellar-pi' }, 2],
    ["a device with another device's voice", { ...device, clientId: 'cellar-pi.voice' }, 2],
    ['a device with a free client id', { ...device, clientId: 'whatever' }, 2],
    ['a device that is not known', { ...device, clientId: 'attic-pi', username: 'attic-pi' }, 4],
    ["a device with somebody's token", { ...device, password: 'anna-token' }, 4],
    ['a person with a wrong token', { ...person, password: 'wrong' }, 4],
    ["a person with another person's token", { ...person, password: 'anna-token' }, 4],
    ['a joiner with a wrong code', { clientId: 'join.abc', username: 'join', password: 'wrong' }, 4],
    ['a joiner with a free client id', { clientId: 'kitchen-pi', username: 'join', password: joinCode }, 2],
    ['somebody without a name', { clientId: 'x' }, 4],
    ['somebody on the network as local', { clientId: 'local.abc', username: null }, 4],
    ['the reserved name admin', { clientId: 'admin', username: 'admin', password: 'secret' }, 4],
    ['the reserved name hub', { clientId: 'hub', username: 'hub', password: 'secret' }, 4],
    ['a joiner who leaves the client id to the hub', { clientId: '', username: 'join', password: joinCode }, 2],
    ['an id with a wildcard', { ...device, clientId: '+' }, 2],
    ['an id with a slash', { ...integration, clientId: 'a/b' }, 2],
    ['an id with a hash', { ...integration, clientId: '#' }, 2],
    ['an id with a NUL', { ...integration, clientId: 'a\0b' }, 2],
    ['an id of 64 KiB', { ...integration, clientId: 'a'.repeat(65_536) }, 2],
    ['a name that objects inherit', { clientId: '__proto__', username: '__proto__', password: 'x' }, 4],
    ['a name with SQL in it', { clientId: 'x', username: "' OR 1=1; --", password: 'x' }, 4],
  ])('%s', (_who, credentials, refusal) => {
    expect(code(admit(house, credentials))).toBe(refusal)
  })

  it('hears the same for an unknown name as for a wrong secret', () => {
    const unknown = admit(house, { clientId: 'nobody.1', username: 'nobody', password: 'x' })
    expect(admit(house, { ...person, password: 'wrong' })).toEqual(unknown)
    expect(code(admit(house, { ...device, password: 'wrong', clientId: 'other' }))).toBe(code(unknown))
  })

  it('includes revoked devices, deactivated people and tokens past their time', () => {
    const { house: own } = inhabited()
    own.device('old-pi')
    ask(own, commandInput('devices/revoke', { device: 'old-pi' }))
    expect(code(admit(own, { clientId: 'old-pi', username: 'old-pi', password: 'secret' }))).toBe(5)
    own.db.exec("UPDATE api_tokens SET expires_at = 5 WHERE user_id = 'anna'")
    expect(code(admit(own, { clientId: 'anna.1', username: 'anna', password: 'anna-token' }))).toBe(4)
    own.db.exec("UPDATE users SET is_active = 0 WHERE id = 'paul'")
    expect(code(admit(own, person))).toBe(5)
  })
})
