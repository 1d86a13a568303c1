import { describe, expect, it } from 'vitest'
import { memberOf } from '../../callers.ts'
import { ask, commandInput, data, query } from '../../engine/ask.ts'
import { openTestHouse, reading, START, type TestHouse } from '../../engine/engine-in-memory.ts'

type Params = Record<string, unknown>

const say = <T = Params>(house: TestHouse, verb: `${string}/${string}`, params: Params = {}, prepared?: unknown) =>
  data<T>(ask(house, commandInput(verb, params, { prepared })))

/** A house to go with two devices, a room, a group, two people and an invitation, and one to stay with a device. */
function twoHouses(): TestHouse & { home: string; cottage: string } {
  const house = openTestHouse()
  const home = house.all<{ id: string }>('SELECT id FROM houses')[0]?.id ?? ''
  house.now += 1
  const { house: cottage } = say<{ house: string }>(house, 'houses/create', { name: 'Cottage' })
  for (const id of ['home-pi', 'shed-pi', 'boat-pi']) house.device(id)
  house.db.prepare("UPDATE devices SET house_id = ? WHERE id <> 'home-pi'").run(cottage)
  house.restart()
  house.db.exec(
    `INSERT INTO users (id, email, role, created_at, updated_at) VALUES ('paul', 'paul@example.org', 'user', ${START}, ${START})`,
  )
  say(house, 'people/add', { email: 'paul@example.org', house: 'Cottage', role: 'owner' })
  say(house, 'people/add', { name: 'Grandma', house: 'Cottage' })
  say(house, 'rooms/create', { name: 'Hall', house: 'Cottage' })
  say(house, 'groups/create', { name: 'Day', house: 'Cottage' })
  say(house, 'devices/move', { device: 'shed-pi', room: 'Hall', group: 'Day', carried_by: 'Grandma' })
  say(house, 'devices/invite', { name: 'New', house: 'Cottage' }, { addresses: ['a:1'], warnings: [], pin: 'p' })
  house.send(
    ['lares/home-pi/readings', reading(1, 19)],
    ['lares/shed-pi/readings', reading(1, 20)],
    ['lares/shed-pi/readings', reading(2, 21)],
  )
  return Object.assign(house, { home, cottage })
}

const remove = (house: TestHouse, name: string, confirm = true) => {
  const input = commandInput('houses/remove', { house: name })
  return ask(house, { ...input, request: { ...input.request, confirm } })
}
const count = (house: TestHouse, from: string) =>
  (house.all<{ n: number }>(`SELECT count(*) AS n FROM ${from}`)[0] as { n: number }).n

describe('a house that is taken away', () => {
  it('says first what goes with it, in numbers, and what would save it', () => {
    const house = twoHouses()
    const { error } = remove(house, 'cottage', false)
    expect(error).toMatchObject({
      code: 'confirm_needed',
      message: expect.stringMatching(
        /^Cottage \(\S+\) will be gone for good: 1 room, 2 people in it, 1 group, 2 devices, 1 sensor, 2 readings\. Accounts stay\. Its devices .*, in this house; .* Move first what is to stay: lares devices move\.$/,
      ),
    })
    expect(count(house, 'houses')).toBe(2)
  })

  it('is nobody’s at once: its devices are shut out, their topics empty, its people log in again, nobody joins it', () => {
    const house = twoHouses()
    expect(remove(house, 'Cottage').data).toMatchObject({ name: 'Cottage', devices: 2, see: 'lares erasures list' })
    const empty = house.effects.flatMap((effect) =>
      effect.kind === 'publish' && effect.payload === '' && effect.retain ? [effect.topic] : [],
    )
    expect(empty.sort()).toEqual(
      expect.arrayContaining([
        ...['boat-pi', 'shed-pi'].flatMap((id) => [`lares/${id}/desired`, `lares/${id}/status`]),
        'lares/shed-pi/state/cpu_temperature',
      ]),
    )
    expect(empty.some((topic) => topic.includes('home-pi'))).toBe(false)
    const ended = house.effects.flatMap((effect) =>
      effect.kind === 'disconnect' ? [effect.device] : effect.kind === 'disconnect_user' ? [effect.user] : [],
    )
    expect(ended.sort()).toEqual(['boat-pi', 'paul', 'shed-pi'])
    expect(house.effects).toContainEqual({ kind: 'joining', until: null })
    expect(house.all('SELECT auth_token_hash FROM devices WHERE house_id = ?', house.cottage)).toEqual([
      { auth_token_hash: null },
      { auth_token_hash: null },
    ])
    for (const table of ['rooms', 'people', 'device_groups', 'invitations']) expect(count(house, table)).toBe(0)
    expect(query(house, 'houses/list')).toMatchObject({ houses: [{ name: 'Home' }] })
    expect(() => query(house, 'houses/show', { house: 'Cottage' })).toThrow(/no house Cottage/)
    expect(query(house, 'devices/list', {}, memberOf('owner', house.cottage))).toEqual({ devices: [] })
    // One house is left to be meant where none is named.
    expect(say(house, 'rooms/create', { name: 'Kitchen' })).toMatchObject({ house: house.home })
  })

  it('goes with the last of its devices, step by step, also over a restart, and nothing of the other house goes', () => {
    const house = twoHouses()
    remove(house, 'Cottage')
    expect(count(house, 'houses')).toBe(2)
    house.tick(1_000)
    house.restart()
    for (let step = 0; step < 12; step++) house.tick(1_000)
    expect(house.all('SELECT name FROM houses')).toEqual([{ name: 'Home' }])
    expect(house.all('SELECT id FROM devices')).toEqual([{ id: 'home-pi' }])
    expect(house.all('SELECT value FROM readings')).toEqual([{ value: 19 }])
    expect(house.db.pragma('foreign_key_check')).toEqual([])
    expect(query<{ erasures: unknown[] }>(house, 'erasures/list').erasures).toHaveLength(2)
  })

  it('is gone at once when there is nothing in it', () => {
    const house = openTestHouse()
    say(house, 'houses/create', { name: 'Cottage' })
    expect(remove(house, 'Cottage', false).error?.message).toMatch(/gone for good: nothing is in it\. Accounts stay\.$/)
    expect(remove(house, 'Cottage').data).toMatchObject({ devices: 0 })
    expect(house.all('SELECT name FROM houses')).toEqual([{ name: 'Home' }])
  })

  it('keeps what was moved before', () => {
    const house = twoHouses()
    say(house, 'devices/move', { device: 'shed-pi', house: 'Home' })
    remove(house, 'Cottage')
    for (let step = 0; step < 12; step++) house.tick(1_000)
    expect(house.all('SELECT id FROM devices ORDER BY id')).toEqual([{ id: 'home-pi' }, { id: 'shed-pi' }])
    expect(house.all('SELECT value FROM readings ORDER BY value')).toEqual([
      { value: 19 },
      { value: 20 },
      { value: 21 },
    ])
  })

  it.each(['before', 'while its devices are forgotten'])('takes a group with it that central gave it %s', (when) => {
    const house = twoHouses()
    const give = () =>
      house.db.exec(
        `INSERT INTO device_groups (id, house_id, name, managed_by, scope, created_at, updated_at) VALUES ('g', '${house.cottage}', 'Fleet', 'central', 'care', 1, 1)`,
      )
    if (when === 'before') give()
    expect(remove(house, 'Cottage').status).toBe('ok')
    if (when !== 'before') give()
    for (let step = 0; step < 12; step++) house.tick(1_000)
    expect(count(house, 'device_groups')).toBe(0)
    expect(house.all('SELECT name FROM houses')).toEqual([{ name: 'Home' }])
  })
})

describe('the last house', () => {
  const LAST = { code: 'bad_params', message: 'Home is the last house of this hub, which always has one' }

  it('stays, confirmed or not', () => {
    const house = openTestHouse()
    for (const confirm of [true, false])
      expect(remove(house, 'Home', confirm).error).toMatchObject({
        ...{ ...LAST, hint: 'Make the other one first: lares houses create NAME.' },
      })
    expect(count(house, 'houses')).toBe(1)
  })

  it('stays also when two people take the last two away at the same time', () => {
    const house = openTestHouse()
    say(house, 'houses/create', { name: 'Cottage' })
    house.send(commandInput('houses/remove', { house: 'Cottage' }), commandInput('houses/remove', { house: 'Home' }))
    const [one, other] = house.published('/houses/remove') as { status: string; error?: Params }[]
    expect(one?.status).toBe('ok')
    expect(other?.error).toMatchObject(LAST)
    expect(house.all('SELECT name FROM houses WHERE removed_at IS NULL')).toEqual([{ name: 'Home' }])
  })

  it('stays also while another one is only waiting for its devices to be forgotten', () => {
    const house = twoHouses()
    remove(house, 'Cottage')
    expect(remove(house, 'Home').error).toMatchObject(LAST)
  })
})
