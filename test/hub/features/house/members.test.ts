import { describe, expect, it } from 'vitest'
import { memberOf } from '../../callers.ts'
import { ask, commandInput, data, query } from '../../engine/ask.ts'
import { openTestHouse, type TestHouse } from '../../engine/engine-in-memory.ts'

type Params = Record<string, unknown>
type Verb = `${string}/${string}`

const ANN = 'ann@example.org'

function settled(): TestHouse {
  const house = openTestHouse()
  house.device('kitchen-pi')
  ask(house, commandInput('users/create', { email: ANN, password: 'long enough to be one' }, { prepared: 'hash' }))
  say(house, 'people/add', { email: ANN, name: 'Ann', role: 'owner' })
  say(house, 'people/add', { name: 'Grandma' })
  return house
}

const say = <T = Params>(house: TestHouse, verb: Verb, params: Params = {}) =>
  data<T>(ask(house, commandInput(verb, params)))
const refusal = (house: TestHouse, verb: Verb, params: Params) => ask(house, commandInput(verb, params)).error
const unconfirmed = (house: TestHouse, verb: Verb, params: Params) => {
  const input = commandInput(verb, params)
  return ask(house, { ...input, request: { ...input.request, confirm: false } })
}
const names = (house: TestHouse, params: Params) =>
  query<{ people: { name: string }[] }>(house, 'people/list', params).people.map(({ name }) => name)

describe('somebody without an account', () => {
  it('belongs to a house by name, and leaves it by name', () => {
    const house = settled()
    expect(names(house, {})).toEqual(['Ann', 'Grandma'])
    expect(query(house, 'people/show', { person: 'grandma' })).toMatchObject({
      person: { email: null, role: 'resident' },
    })
    expect(say(house, 'people/remove', { person: 'Grandma' })).toHaveProperty('person')
    expect(names(house, {})).toEqual(['Ann'])
  })

  it('gets the account that they have now, and its rights with it, once', () => {
    const house = settled()
    const account = { email: 'gran@example.org', password: 'long enough to be one' }
    data(ask(house, commandInput('users/create', account, { prepared: 'hash' })))
    say(house, 'people/update', { person: 'Grandma', email: 'gran@example.org' })
    expect(house.effects.filter(({ kind }) => kind === 'disconnect_user')).toHaveLength(1)
    expect(query(house, 'people/show', { person: 'gran@example.org' })).toMatchObject({ person: { name: 'Grandma' } })
    for (const [person, email] of [
      ['Grandma', ANN],
      ['Ann', 'gran@example.org'],
    ])
      expect(refusal(house, 'people/update', { person, email })).toMatchObject({
        ...{ code: 'already_exists', message: 'email: the person has an account already' },
      })
    say(house, 'people/add', { name: 'Grandpa' })
    expect(refusal(house, 'people/update', { person: 'Grandpa', email: ANN })?.message).toMatch(/belongs to this house/)
    expect(refusal(house, 'people/update', { person: 'Grandpa', email: 'x@y' })?.code).toBe('not_found')
  })

  it('is not added or removed without a word of who', () => {
    const house = settled()
    expect(refusal(house, 'people/add', {})?.message).toMatch(/says neither whose account nor what name/)
    expect(refusal(house, 'people/remove', {})?.message).toMatch(/names nobody, or two people/)
    expect(refusal(house, 'people/remove', { email: ANN, person: 'Ann' })?.message).toMatch(/names nobody, or two/)
    expect(refusal(house, 'people/remove', { person: 'Grandpa' })).toMatchObject({
      ...{ code: 'not_found', hint: 'Did you mean Grandma? See lares people list.' },
    })
  })
})

describe('a person of a house', () => {
  it('gets another name, role, preferences and schedule, and logs in again for another role alone', () => {
    const house = settled()
    const ends = () => house.effects.filter(({ kind }) => kind === 'disconnect_user')
    say(house, 'people/update', { person: ANN, name: 'Anna', schedule: '{"mon": "9-17"}', preferences: { tea: true } })
    expect(ends()).toEqual([])
    expect(query(house, 'people/show', { person: 'anna' })).toMatchObject({
      person: { name: 'Anna', role: 'owner', preferences: { tea: true }, schedule: { mon: '9-17' } },
    })
    say(house, 'people/update', { person: 'Anna', role: 'guest' })
    expect(ends()).toHaveLength(1)
    expect(say(house, 'people/update', { person: 'Anna', role: 'guest' })).toMatchObject({ role: 'guest' })
    expect(ends()).toEqual([])
  })

  it('is asked before the last owner is one no longer', () => {
    const house = settled()
    expect(unconfirmed(house, 'people/update', { person: ANN, role: 'guest' }).error).toMatchObject({
      code: 'confirm_needed',
      message: 'Ann will be guest of this house. No owner is left in Home: only an administrator can change it then.',
    })
    expect(unconfirmed(house, 'people/update', { person: ANN, role: 'owner' }).status).toBe('ok')
    expect(unconfirmed(house, 'people/update', { person: 'Grandma', role: 'guest' }).status).toBe('ok')
  })

  it('is named by id where two have one name', () => {
    const house = settled()
    const { person } = say<{ person: string }>(house, 'people/add', { name: 'ann' })
    expect(refusal(house, 'people/update', { person: 'Ann', role: 'guest' })?.message).toMatch(/^2 are called Ann: /)
    expect(say(house, 'people/update', { person, role: 'guest' })).toMatchObject({ name: 'ann' })
    expect(say(house, 'people/update', { person: ANN, role: 'owner' })).toMatchObject({ name: 'Ann' })
  })

  it('is listed by role, account, name and presence, page by page', () => {
    const house = settled()
    say(house, 'people/presence', { person: 'Ann', state: 'here' })
    expect(names(house, { role: 'owner' })).toEqual(['Ann'])
    expect(names(house, { email: ANN })).toEqual(['Ann'])
    expect(names(house, { name: 'Grandma' })).toEqual(['Grandma'])
    expect(names(house, { is_present: true })).toEqual(['Ann'])
    expect(names(house, { is_present: false })).toEqual(['Grandma'])
    const first = query<{ next: string }>(house, 'people/list', { limit: 1 })
    expect(names(house, { limit: 1, after: first.next })).toEqual(['Grandma'])
    expect(ask(house, commandInput('people/list', { hair: 'red' })).error?.message).toMatch(
      /people\/list takes no hair; it takes house, name, email, role, is_present/,
    )
  })

  it('is found by nobody who may not know who belongs to the house', () => {
    const house = settled()
    const home = house.all<{ id: string }>('SELECT id FROM houses')[0]?.id ?? ''
    say(house, 'devices/move', { device: 'kitchen-pi', owner: ANN, carried_by: 'Grandma' })
    const place = (role: 'guest' | 'resident') =>
      query<{ device: Params }>(house, 'devices/show', { device: 'kitchen-pi' }, memberOf(role, home)).device
    expect(place('resident')).toMatchObject({ owner: 'Ann', carried_by: 'Grandma' })
    expect(place('guest')).toMatchObject({ owner: null, carried_by: null })
    const filtered = (filters: Params) => () => query(house, 'devices/list', filters, memberOf('guest', home))
    for (const filters of [{ owner: 'Ann' }, { carried_by: 'Grandma' }])
      expect(filtered(filters)).toThrow(expect.objectContaining({ code: 'not_found' }))
    expect(() => query(house, 'people/show', { person: 'Ann' }, memberOf('guest', home))).toThrow(
      expect.objectContaining({ code: 'forbidden' }),
    )
  })

  it('leaves with a word on what is nobody’s then', () => {
    const house = settled()
    say(house, 'devices/move', { device: 'kitchen-pi', carried_by: 'Grandma' })
    expect(unconfirmed(house, 'people/remove', { person: 'Grandma' }).error?.message).toBe(
      "Grandma will belong to this house no longer. Nobody's will be kitchen-pi.",
    )
    say(house, 'people/remove', { person: 'Grandma' })
    expect(house.all('SELECT carried_by FROM devices')).toEqual([{ carried_by: null }])
    say(house, 'devices/move', { device: 'kitchen-pi', owner: 'Ann' })
    expect(unconfirmed(house, 'people/remove', { email: ANN }).error?.message).toMatch(/Nobody's will be kitchen-pi\.$/)
    say(house, 'people/remove', { email: ANN })
    expect(house.all('SELECT owner_id FROM devices')).toEqual([{ owner_id: null }])
  })
})
