import { describe, expect, it } from 'vitest'
import { BatchWriter } from '../../../hub/engine/batch.ts'
import type { Caller } from '../../../hub/engine/caller.ts'
import type { Admission } from '../../../hub/engine/principal.ts'
import { memberOf } from '../callers.ts'
import { ask, commandInput, data, query } from '../engine/ask.ts'
import { openTestHouse, START, type TestHouse } from '../engine/engine-in-memory.ts'

const HOUR = 3_600_000
const ANN = 'ann@example.org'

function settled(): TestHouse {
  const house = openTestHouse()
  house.device('kitchen-pi')
  ask(house, commandInput('users/create', { email: ANN, password: 'long enough to be one' }, { prepared: 'hash' }))
  return house
}

const say = <T = Record<string, unknown>>(
  house: TestHouse,
  verb: `${string}/${string}`,
  params: object = {},
  prepared?: unknown,
) => data<T>(ask(house, commandInput(verb, params as Record<string, unknown>, { prepared })))

const refusal = (house: TestHouse, verb: `${string}/${string}`, params: object) =>
  ask(house, commandInput(verb, params as Record<string, unknown>)).error

function token(house: TestHouse, name: string, more: object = {}) {
  return say<{ user: string; token: string }>(house, 'users/token', { email: ANN, name, ...more })
}

function admit(house: TestHouse, { user, token }: { user: string; token: string }): Admission {
  const writer = new BatchWriter()
  const credentials = { clientId: 'x', username: user, password: token, listener: 'tls' }
  writer.input({ kind: 'authenticate', credentials })
  return house.engine.process(writer.finish(), { now: house.now, clockSynced: true, mono: 0 })
    .values[0]?.[1] as Admission
}

const seen = (house: TestHouse, who: { user: string; token: string }) => {
  const admission = admit(house, who)
  return 'accept' in admission && 'rights' in admission.accept ? Object.keys(admission.accept.rights) : admission
}

const shutOut = (house: TestHouse) => house.effects.filter(({ kind }) => kind === 'disconnect_user')
const events = (house: TestHouse) =>
  house.all<{ event_type: string }>('SELECT event_type FROM events ORDER BY id').map(({ event_type }) => event_type)

describe('a person with an ordinary account', () => {
  it('sees nothing until added to a house, and then its devices, at the next login, which is at once', () => {
    const house = settled()
    const phone = token(house, 'phone')
    expect(seen(house, phone)).toEqual([])
    const { house: home } = say(house, 'people/add', { email: ANN })
    expect(shutOut(house)).toMatchObject([{ user: phone.user }])
    expect(seen(house, phone)).toEqual([home])
    const caller = memberOf('resident', home as string)
    expect(query(house, 'devices/list', {}, caller)).toMatchObject({ devices: [{ id: 'kitchen-pi' }] })
    expect(query(house, 'houses/list', {}, caller)).toMatchObject({ houses: [{ name: 'Home', people: 1, devices: 1 }] })
    expect(query(house, 'people/list', {}, caller)).toMatchObject({ people: [{ email: ANN, role: 'resident' }] })
    say(house, 'people/remove', { email: ANN })
    expect(shutOut(house)).toMatchObject([{ user: phone.user }])
    expect(seen(house, phone)).toEqual([])
    expect(events(house)).toEqual(expect.arrayContaining(['person_added', 'person_removed']))
  })

  it('sees no house of others, nor who lives there', () => {
    const house = settled()
    const { house: home } = say(house, 'people/add', { email: ANN })
    const stranger = memberOf('owner', 'another')
    expect(query(house, 'houses/list', {}, stranger)).toEqual({ houses: [] })
    expect(query(house, 'people/list', {}, stranger)).toEqual({ people: [] })
    for (const verb of ['houses/show', 'people/list'] as const)
      expect(() => query(house, verb, { house: home }, stranger)).toThrow(
        expect.objectContaining({ code: 'not_found' }),
      )
  })

  it('belongs to a house once, and is named by the nearest address when it is misspelt', () => {
    const house = settled()
    say(house, 'people/add', { email: 'Ann@Example.org', role: 'guest' })
    expect(refusal(house, 'people/add', { email: ANN })).toMatchObject({
      code: 'already_exists',
      hint: expect.stringContaining('people update'),
    })
    expect(refusal(house, 'people/add', { email: 'anne@example.org' })).toMatchObject({ hint: `Did you mean ${ANN}?` })
  })

  it('names to an owner only addresses of the own house when one is misspelt', () => {
    const house = settled()
    const { house: home } = say(house, 'people/add', { email: ANN })
    const missing = (caller: Caller) => {
      const params = { email: 'anne@example.org' }
      return ask(house, commandInput('people/add', params, { caller })).error?.hint
    }
    expect(missing(memberOf('owner', home as string))).toBe(`Did you mean ${ANN}?`)
    house.db.exec(`INSERT INTO houses (id, name, created_at, updated_at) VALUES ('cottage', 'Cottage', 0, 0)`)
    expect(missing(memberOf('owner', 'cottage'))).toBe('Ask an administrator of this hub to make an account for them.')
  })

  it('is neither shut out nor named by an owner who adds an administrator to the own house', () => {
    const house = settled()
    const home = house.all<{ id: string }>('SELECT id FROM houses')[0]?.id ?? ''
    const caller = memberOf('owner', home)
    const asOwner = (verb: 'people/add' | 'people/remove') =>
      data(ask(house, commandInput(verb, { email: ANN }, { caller })))
    house.db.exec("UPDATE users SET role = 'admin', full_name = 'Ann Secret'")
    expect(asOwner('people/add')).toMatchObject({ name: 'ann' })
    expect(shutOut(house)).toEqual([])
    asOwner('people/remove')
    expect(shutOut(house)).toEqual([])
    expect(say(house, 'people/add', { email: ANN })).toMatchObject({ name: 'Ann Secret' })
  })

  it('is asked which of two houses is meant, and the answer works', () => {
    const house = settled()
    house.db.exec(
      `INSERT INTO houses (id, name, created_at, updated_at) VALUES ('cottage', 'Cottage', ${START}, ${START})`,
    )
    const refused = refusal(house, 'people/add', { email: ANN })
    expect(refused).toMatchObject({ code: 'bad_params', hint: expect.stringContaining('cottage (Cottage)') })
    expect(say(house, 'people/add', { email: ANN, house: 'cottage' })).toMatchObject({ house: 'cottage' })
    expect(say(house, 'people/add', { email: ANN, house: 'home' })).toMatchObject({ name: 'ann' })
    expect(refusal(house, 'houses/update', { house: 'Cotage', name: 'x' })?.hint).toContain('Did you mean Cottage?')
    expect(say(house, 'houses/update', { house: 'Cottage', name: 'Hut' })).toEqual({ house: 'cottage', name: 'Hut' })
    expect(refusal(house, 'houses/update', { house: 'Hut', timezone: 'Mars/Olympus' })?.code).toBe('bad_params')
  })
})

describe('a token', () => {
  it('is revoked by one command, and only what is connected with it is shut out', () => {
    const house = settled()
    const [phone, tablet] = [token(house, 'phone'), token(house, 'tablet')]
    const ids = house.all<{ id: string }>("SELECT id FROM api_tokens WHERE name = 'phone'")
    expect(say(house, 'tokens/revoke', { email: ANN, token: 'phone' })).toMatchObject({ revoked: ['phone'] })
    expect(shutOut(house)).toMatchObject([{ user: phone.user, token: ids[0]?.id }])
    expect(admit(house, phone)).toMatchObject({ refuse: 4 })
    expect(admit(house, tablet)).toHaveProperty('accept')
    expect(events(house)).toContain('token_revoked')
    expect(refusal(house, 'tokens/revoke', { email: ANN, token: 'phone' })).toMatchObject({ code: 'not_found' })
    expect(say(house, 'tokens/revoke', { email: ANN, all: true })).toMatchObject({ revoked: ['tablet'] })
    expect(admit(house, tablet)).toMatchObject({ refuse: 4 })
  })

  it('is called like no other of the same person, so that it can be named', () => {
    const house = settled()
    token(house, 'phone')
    expect(refusal(house, 'users/token', { email: ANN, name: 'phone' })).toMatchObject({ code: 'already_exists' })
    say(house, 'tokens/revoke', { email: ANN, token: 'phone' })
    expect(token(house, 'phone').token).toMatch(/^[\w-]{43}$/)
  })

  it('expires when it was said to, also for who is connected then', () => {
    const house = settled()
    const visitor = token(house, 'visitor', { expires: '2h' })
    expect(admit(house, visitor)).toHaveProperty('accept')
    house.tick(HOUR)
    house.tick(HOUR / 2)
    expect(shutOut(house)).toEqual([])
    house.tick(HOUR / 2)
    expect(shutOut(house)).toMatchObject([{ user: visitor.user, token: expect.any(String) }])
    house.tick(HOUR)
    expect(shutOut(house)).toEqual([])
    expect(admit(house, visitor)).toMatchObject({ refuse: 4 })
    expect(refusal(house, 'users/token', { email: ANN, name: 'x', expires: START })).toMatchObject({
      code: 'bad_params',
    })
  })

  it('shows its last use, which is written once an hour however often it logs in', () => {
    const house = settled()
    const phone = token(house, 'phone')
    const used = () =>
      say<{ tokens: { last_used_at: number | null }[] }>(house, 'tokens/list', {}, []).tokens[0]?.last_used_at
    expect(used()).toBeNull()
    admit(house, phone)
    expect(used()).toBe(START)
    house.now += HOUR / 2
    admit(house, phone)
    expect(used()).toBe(START)
    house.now += HOUR
    admit(house, phone)
    expect(used()).toBe(house.now)
  })

  it('tells whether somebody is connected with it now', () => {
    const house = settled()
    token(house, 'phone')
    const [row] = house.all<{ id: string }>('SELECT id FROM api_tokens')
    expect(say(house, 'tokens/list', { email: ANN }, [row?.id])).toMatchObject({ tokens: [{ is_connected: true }] })
    expect(say(house, 'tokens/list', { email: ANN }, [])).toMatchObject({ tokens: [{ is_connected: false }] })
  })
})

describe('an account', () => {
  it('is deleted with its tokens and memberships, and what it did stays', () => {
    const house = settled()
    const phone = token(house, 'phone')
    say(house, 'people/add', { email: ANN })
    expect(say(house, 'users/delete', { email: ANN })).toMatchObject({ user: phone.user })
    expect(shutOut(house)).toMatchObject([{ user: phone.user }])
    expect(admit(house, phone)).toMatchObject({ refuse: 4 })
    expect(house.all('SELECT 1 FROM people UNION ALL SELECT 1 FROM api_tokens UNION ALL SELECT 1 FROM users')).toEqual(
      [],
    )
    expect(events(house)).toEqual(expect.arrayContaining(['user_created', 'token_created', 'user_deleted']))
    say(house, 'users/create', { email: ANN, password: 'long enough to be one' }, 'hash')
  })

  it('of central is neither deleted nor changed here, but its tokens and houses are this hub’s', () => {
    const house = settled()
    house.db.exec("UPDATE users SET managed_by = 'central', scope = 'fleet'")
    expect(refusal(house, 'users/delete', { email: ANN })).toMatchObject({ code: 'centrally_managed' })
    token(house, 'phone')
    say(house, 'people/add', { email: ANN })
    say(house, 'tokens/revoke', { email: ANN, token: 'phone' })
  })
})
