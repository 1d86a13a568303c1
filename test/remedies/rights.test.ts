import { describe, expect, it } from 'vitest'
import type { Caller } from '../../hub/engine/caller.ts'
import { memberRights } from '../../hub/features/house/member-rights.ts'
import { loginRights } from '../../hub/features/users/login-rights.ts'
import { accountOf, memberOf } from '../hub/callers.ts'
import { ask, commandInput, data, LOCAL } from '../hub/engine/ask.ts'
import { openTestHouse, START, type TestHouse } from '../hub/engine/engine-in-memory.ts'
import { migratedHouse } from '../hub/store/migrated.ts'
import { asPattern } from './lib/as-pattern.ts'

type Verb = `${string}/${string}`

const ANN = 'ann@example.org'
const PASSWORD = 'long enough to be one'

const say = (house: TestHouse, verb: Verb, params: Record<string, unknown>, caller: Caller = LOCAL) =>
  ask(house, commandInput(verb, params, { caller, prepared: 'hash' }))

/** A house with a device, another house, and an account that belongs to neither. */
function withAnn() {
  const house = openTestHouse()
  house.device('kitchen-pi')
  house.db.exec(`INSERT INTO houses (id, name, created_at, updated_at) VALUES ('hut', 'Hut', ${START + 1}, 1)`)
  const { user } = data<{ user: string }>(say(house, 'users/create', { email: ANN, password: PASSWORD }))
  const [home] = house.all<{ id: string }>("SELECT id FROM houses WHERE name = 'Home'")
  return { house, owner: memberOf('owner', home?.id ?? ''), ann: () => accountOf(user, memberRights(house.db, user)) }
}

const AREAS = ['devices', 'readings']
const make = (house: TestHouse, verb: Verb, params: Record<string, unknown>) =>
  ask(house, commandInput(verb, params, { prepared: AREAS }))

describe('whoever makes a program', () => {
  it('that is there makes it another token', () => {
    const { house } = withAnn()
    const bot = { name: 'bot', rights: 'read', houses: 'Home' }
    data(make(house, 'programs/create', bot))
    const { hint = '' } = make(house, 'programs/create', bot).error ?? {}
    expect(hint).toMatch(asPattern('For another token of it: lares programs token … TOKEN --rights ….'))
    const [, name, rights] = /token (\S+) TOKEN --rights (\S+)\.$/.exec(hint) ?? []
    data(make(house, 'programs/token', { name, token_name: 'two', rights, houses: 'Home' }))
  })

  it('as an account of a person makes one for a program', () => {
    const { house } = withAnn()
    const { hint = '' } = say(house, 'users/create', { email: 'bot@programs', password: PASSWORD }).error ?? {}
    expect(hint).toMatch(asPattern('Make an account for a program: lares programs create … --rights read.'))
    const [, name] = /create (\S+) --rights/.exec(hint) ?? []
    data(make(house, 'programs/create', { name, rights: 'read', houses: 'Home' }))
  })

  it('of a person has it speak for the person', () => {
    const { house } = withAnn()
    const token = { name: ANN, token_name: 'x', rights: 'read', houses: 'Home' }
    const { hint = '' } = make(house, 'programs/token', token).error ?? {}
    expect(hint).toMatch(asPattern('Let a program speak for the person: lares users token … TOKEN.'))
    const [, email] = /token (\S+) TOKEN/.exec(hint) ?? []
    data(say(house, 'users/token', { email, name: 'x' }))
  })

  it('with an area that is misspelt, or is none, finds the right one', () => {
    const { house } = withAnn()
    const hint = (rights: string) =>
      make(house, 'programs/create', { name: 'bot', rights, houses: 'Home' }).error?.hint ?? ''
    expect(hint('device:read')).toMatch(asPattern('Did you mean …?'))
    expect(hint('device:read')).toContain('devices')
    expect(hint('weather-station:read')).toMatch(asPattern('There are ….'))
    expect(hint('weather-station:read')).toContain('readings')
    expect(hint('devices:read,readings:see')).toBe('')
  })

  it('or a token for it as for a person, or lets it into a house, gives it a token with rights', () => {
    const { house } = withAnn()
    const { email } = data<{ email: string }>(
      make(house, 'programs/create', { name: 'bot', rights: 'see', houses: 'Home' }),
    )
    const hint = 'Make it a token with other rights: lares programs token … TOKEN --rights read.'
    for (const [verb, params] of [
      ['users/token', { email, name: 'x' }],
      ['users/update', { email, role: 'admin' }],
      ['people/add', { email, house: 'Home' }],
    ] as const)
      expect(make(house, verb, params).error?.hint).toMatch(asPattern(hint))
    data(make(house, 'programs/token', { name: 'bot', token_name: 'x', rights: 'read', houses: 'Home' }))
  })
})

const tokenNamed = (house: TestHouse, name: string) =>
  house.all<{ id: string }>('SELECT id FROM api_tokens WHERE name = ?', name)[0]?.id ?? null

const rename = { device: 'kitchen-pi', name: 'Oven' }

describe('who may not do something here', () => {
  it('asks an owner of the house, who lets them', () => {
    const { house, owner, ann } = withAnn()
    expect(say(house, 'devices/rename', rename, ann()).error).toMatchObject({
      code: 'forbidden',
      hint: 'Ask an owner of the house, or an administrator of this hub.',
    })
    data(say(house, 'people/add', { email: ANN, role: 'owner' }, owner))
    data(say(house, 'devices/rename', rename, ann()))
  })

  it('any more, because the token ended while the request waited, has another one made', () => {
    const db = migratedHouse()
    const house = openTestHouse({ db, logins: loginRights(db) })
    house.device('kitchen-pi')
    const { user } = data<{ user: string }>(
      say(house, 'users/create', { email: ANN, password: PASSWORD, role: 'admin' }),
    )
    const renamedWith = (token: string) =>
      say(house, 'devices/rename', rename, accountOf(user, 'all', { token: tokenNamed(house, token) }))
    data(say(house, 'users/token', { email: ANN, name: 'old' }))
    house.db.prepare('UPDATE api_tokens SET expires_at = ?').run(house.now)
    const { code, hint = '' } = renamedWith('old').error ?? {}
    expect(code).toBe('forbidden')
    expect(hint).toMatch(asPattern('Log in again. Where its token has ended, have another one made: '))
    const [, area, verb] = /made: lares (\w+) (\w+),/.exec(hint) ?? []
    data(say(house, `${area}/${verb}`, { email: ANN, name: 'new' }))
    data(renamedWith('new'))
  })

  it('asks an owner of that house, where the own one is another', () => {
    const { house, owner, ann } = withAnn()
    data(say(house, 'people/add', { email: ANN, role: 'owner', house: 'Hut' }))
    data(say(house, 'people/add', { email: ANN, role: 'guest' }, owner))
    expect(say(house, 'devices/rename', rename, ann()).error).toMatchObject({
      code: 'forbidden',
      hint: 'Ask an owner of that house, or an administrator of this hub.',
    })
    data(say(house, 'people/remove', { email: ANN }, owner))
    data(say(house, 'people/add', { email: ANN, role: 'owner' }, owner))
    data(say(house, 'devices/rename', rename, ann()))
  })

  it('and has somebody without an account to let in asks an administrator, who makes one', () => {
    const { house, owner } = withAnn()
    const paul = { email: 'paul@elsewhere.net' }
    expect(say(house, 'people/add', paul, owner).error).toMatchObject({
      code: 'not_found',
      hint: 'Ask an administrator of this hub to make an account for them.',
    })
    data(say(house, 'users/create', { ...paul, password: PASSWORD }))
    data(say(house, 'people/add', paul, owner))
  })
})
