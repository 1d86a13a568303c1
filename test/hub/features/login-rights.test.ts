import { describe, expect, it } from 'vitest'
import type { Caller } from '../../../hub/engine/caller.ts'
import type { StructuredInput } from '../../../hub/engine/input.ts'
import type { Admission } from '../../../hub/engine/principal.ts'
import { loginRights } from '../../../hub/features/users/login-rights.ts'
import { ask, commandInput, data } from '../engine/ask.ts'
import { openTestHouse, type TestHouse } from '../engine/engine-in-memory.ts'
import { migratedHouse } from '../store/migrated.ts'

const EVE = 'eve@example.org'

/** A house where callers may what their accounts say, with Eve, who may what this says, and her login. */
function logged(role: 'admin' | 'owner'): { house: TestHouse; eve: Caller } {
  const db = migratedHouse()
  const house = openTestHouse({ db, logins: loginRights(db) })
  house.device('kitchen-pi')
  return { house, eve: withAccount(house, EVE, role) }
}

function withAccount(house: TestHouse, email: string, role: 'admin' | 'owner'): Caller {
  const account = { email, password: 'long enough to be one', role: role === 'admin' ? 'admin' : 'user' }
  data(ask(house, commandInput('users/create', account, { prepared: 'hash' })))
  if (role === 'owner') data(ask(house, commandInput('people/add', { email, role })))
  return loginOf(house, data(ask(house, commandInput('users/token', { email, name: 'phone' }))))
}

/** As the broker makes a caller of a login. */
function loginOf(house: TestHouse, { user, token: password }: { user: string; token: string }): Caller {
  const credentials = { clientId: 'phone', username: user, password, listener: 'tls' }
  const { value } = house.input<Admission>({ kind: 'authenticate', credentials })
  if (!('accept' in value) || !('rights' in value.accept)) throw new Error('it was not let in')
  const { kind, rights, token, session } = value.accept
  return { principal: user, kind, user, token, rights, client: 'phone', address: '192.168.1.20', session }
}

/** What somebody asks for to come back, whatever is taken away. */
const backDoor = (caller: Caller) =>
  commandInput('users/create', { email: 'mallory@example.org', role: 'admin' }, { caller, prepared: 'hash' })

const answerTo = (house: TestHouse, { area, verb }: { area: string; verb: string }) =>
  house.published(`/admin/response/phone/${area}/${verb}`)

const ENDED = { error: { code: 'forbidden', message: 'the login that asked for this has ended' } }

describe('a request that was let in', () => {
  it.each<[string, StructuredInput]>([
    ['the account is closed', commandInput('users/update', { email: EVE, is_active: false })],
    ['the account is gone', commandInput('users/delete', { email: EVE })],
    ['the token is revoked', commandInput('tokens/revoke', { email: EVE, token: 'phone' })],
  ])('is refused once %s, also by what came just before it', (_what, takeAway) => {
    const { house, eve } = logged('admin')
    const request = backDoor(eve)
    expect(house.send(takeAway, request)).toEqual(['stored', 'stored'])
    expect(answerTo(house, request)).toMatchObject([ENDED])
    expect(house.all("SELECT 1 FROM users WHERE email LIKE 'mallory%'")).toEqual([])
  })

  it('is refused once its token has ended, before anybody was disconnected for it', () => {
    const { house, eve } = logged('admin')
    house.db.prepare('UPDATE api_tokens SET expires_at = ?').run(house.now)
    const request = backDoor(eve)
    house.send(request)
    expect(answerTo(house, request)).toMatchObject([ENDED])
  })

  it('is judged by the role that is left', () => {
    const { house, eve } = logged('admin')
    const request = backDoor(eve)
    house.send(commandInput('users/update', { email: EVE, role: 'user' }), request)
    expect(answerTo(house, request)).toMatchObject([{ error: { code: 'forbidden' } }])
    expect(house.all("SELECT 1 FROM users WHERE email LIKE 'mallory%'")).toEqual([])
  })

  it('is judged by the houses that are left', () => {
    const { house, eve } = logged('owner')
    const request = commandInput('devices/rename', { device: 'kitchen-pi', name: 'Mine' }, { caller: eve })
    house.send(commandInput('people/remove', { email: EVE }), request)
    expect(answerTo(house, request)).toMatchObject([{ error: { code: 'forbidden' } }])
    expect(house.all('SELECT name FROM devices')).toEqual([{ name: 'kitchen-pi' }])
  })

  it('is refused to the second of two administrators who close each other, also where both have confirmed', () => {
    const { house, eve } = logged('admin')
    const ann = withAccount(house, 'ann@example.org', 'admin')
    const close = (email: string, caller: Caller) =>
      commandInput('users/update', { email, is_active: false }, { caller })
    house.send(close('ann@example.org', eve), close(EVE, ann))
    expect(house.published('/users/update')).toMatchObject([{ status: 'ok' }, ENDED])
    expect(house.all('SELECT email FROM users WHERE is_active')).toEqual([{ email: EVE }])
  })

  it('is run for whose rights are as they were, and for the socket of the machine', () => {
    const { house, eve } = logged('owner')
    const rename = (name: string) =>
      ask(house, commandInput('devices/rename', { device: 'kitchen-pi', name }, { caller: eve }))
    expect(rename('Stove').status).toBe('ok')
    expect(ask(house, commandInput('devices/rename', { device: 'kitchen-pi', name: 'Oven' })).status).toBe('ok')
  })

  it('and is sent again by somebody whose login has ended gets no answer from before', () => {
    const { house, eve } = logged('admin')
    const request = commandInput('devices/rename', { device: 'kitchen-pi', name: 'Stove' }, { caller: eve })
    expect(ask(house, request).status).toBe('ok')
    data(ask(house, commandInput('tokens/revoke', { email: EVE, token: 'phone' })))
    expect(ask(house, request)).toMatchObject(ENDED)
  })
})
