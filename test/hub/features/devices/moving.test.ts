import { describe, expect, it } from 'vitest'
import { accountOf, memberOf } from '../../callers.ts'
import { ask, commandInput, data, query } from '../../engine/ask.ts'
import { openTestHouse, reading, START, type TestHouse } from '../../engine/engine-in-memory.ts'

type Params = Record<string, unknown>
type Verb = `${string}/${string}`

const say = <T = Params>(house: TestHouse, verb: Verb, params: Params = {}) =>
  data<T>(ask(house, commandInput(verb, params)))
const refusal = (house: TestHouse, verb: Verb, params: Params) => ask(house, commandInput(verb, params)).error
const unconfirmed = (house: TestHouse, verb: Verb, params: Params) => {
  const input = commandInput(verb, params)
  return ask(house, { ...input, request: { ...input.request, confirm: false } })
}

/** Two houses: one with a kitchen, a group and Ann, the other with a hall, a group and Paul. Zoe belongs to both. */
function twoHouses(): TestHouse & { home: string; cottage: string } {
  const house = openTestHouse()
  const home = house.all<{ id: string }>('SELECT id FROM houses')[0]?.id ?? ''
  house.now += 1
  const { house: cottage } = say<{ house: string }>(house, 'houses/create', { name: 'Cottage' })
  for (const name of ['ann', 'paul', 'zoe'])
    house.db
      .prepare("INSERT INTO users (id, email, role, created_at, updated_at) VALUES (?, ?, 'user', ?, ?)")
      .run(name, `${name}@example.org`, START, START)
  for (const [email, at] of [
    ['ann@example.org', 'Home'],
    ['paul@example.org', 'Cottage'],
    ['zoe@example.org', 'Home'],
    ['zoe@example.org', 'Cottage'],
  ])
    say(house, 'people/add', { email, house: at })
  for (const [room, group, at] of [
    ['Kitchen', 'Day', 'Home'],
    ['Hall', 'Night', 'Cottage'],
  ]) {
    say(house, 'rooms/create', { name: room, house: at })
    say(house, 'groups/create', { name: group, house: at })
  }
  house.device('kitchen-pi')
  return Object.assign(house, { home, cottage })
}

const place = (house: TestHouse, device = 'kitchen-pi') => {
  const { device: shown } = query<{ device: Params }>(house, 'devices/show', { device })
  const { house: at, room, group, owner, carried_by } = shown
  return { house: at, room, group, owner, carried_by }
}

describe('a device within its house', () => {
  it('gets room, group, owner and who carries it, each also taken back', () => {
    const house = twoHouses()
    const wish = { device: 'kitchen-pi', room: 'kitchen', group: 'day', owner: 'ann', carried_by: 'ann@example.org' }
    const is = { house: 'Home', room: 'Kitchen', group: 'Day', owner: 'ann', carried_by: 'ann' }
    const nothing = { house: 'Home', room: null, group: null, owner: null, carried_by: null }
    expect(say(house, 'devices/move', wish)).toEqual({ device: 'kitchen-pi', ...is, was: nothing, with_it: 0 })
    expect(place(house)).toEqual(is)
    for (const filters of [{ room: 'Kitchen' }, { group: 'Day' }, { owner: 'ann' }, { carried_by: 'ann' }])
      expect(query(house, 'devices/list', filters)).toMatchObject({ devices: [{ id: 'kitchen-pi' }] })
    const none = { device: 'kitchen-pi', room: 'none', group: 'NONE', owner: 'none', carried_by: 'none' }
    expect(unconfirmed(house, 'devices/move', none).data).toEqual({
      ...{ device: 'kitchen-pi', with_it: 0 },
      ...{ ...nothing, was: is },
    })
    expect(query(house, 'devices/list', { room: 'Kitchen' })).toEqual({ devices: [] })
  })

  it.each<[string, Params, string, RegExp]>([
    ['a room that is not there', { room: 'Kichen' }, 'not_found', /no room Kichen in that house/],
    ['a room of the other house', { room: 'Hall' }, 'not_found', /no room Hall in that house/],
    ['a group of the other house', { group: 'Night' }, 'not_found', /no group Night in that house/],
    ['somebody of the other house', { owner: 'paul' }, 'not_found', /no person paul in that house/],
    ['a house that is not there', { house: 'Castle' }, 'not_found', /no house Castle/],
    ['nothing', {}, 'bad_params', /says nothing to change/],
    ['a shelf', { shelf: 'top' }, 'bad_params', /takes no shelf; it takes device, room, house/],
  ])('is not moved to %s', (_, wish, code, message) => {
    const house = twoHouses()
    const rows = house.all('SELECT * FROM devices')
    expect(refusal(house, 'devices/move', { device: 'kitchen-pi', ...wish })).toMatchObject({
      ...{ code, message: expect.stringMatching(message) },
    })
    // Nothing of a wish is done when a part of it cannot be.
    expect(refusal(house, 'devices/move', { device: 'kitchen-pi', room: 'Kitchen', ...wish, group: 'x' })).toBeDefined()
    expect(house.all('SELECT * FROM devices')).toEqual(rows)
  })

  it('belongs to nobody who has no account, and is carried by whoever is there', () => {
    const house = twoHouses()
    say(house, 'people/add', { name: 'Grandma', house: 'Home' })
    expect(refusal(house, 'devices/move', { device: 'kitchen-pi', owner: 'Grandma' })).toMatchObject({
      ...{ code: 'bad_params', message: 'Grandma has no account, which an owner needs' },
    })
    expect(say(house, 'devices/move', { device: 'kitchen-pi', carried_by: 'Grandma' })).toMatchObject({
      carried_by: 'Grandma',
    })
  })

  it('that was shut out is moved no more', () => {
    const house = twoHouses()
    say(house, 'devices/revoke', { device: 'kitchen-pi' })
    expect(refusal(house, 'devices/move', { device: 'kitchen-pi', room: 'Kitchen' })).toMatchObject({
      ...{ code: 'not_found', message: 'kitchen-pi was shut out' },
    })
  })
})

describe('two people who assign one device at the same time', () => {
  it('are told apart: the second is asked, because of what the first did', () => {
    const house = twoHouses()
    say(house, 'groups/create', { name: 'Evening', house: 'Home' })
    const order = (group: string) => {
      const input = commandInput('groups/assign', { group, device: 'kitchen-pi' })
      return { ...input, request: { ...input.request, confirm: false } }
    }
    // Both were found harmless at the door before either was run.
    const [first, second] = [order('Day'), order('Evening')]
    house.send(first, second)
    const [one, other] = house.published('/groups/assign') as { status: string; data?: unknown; error?: Params }[]
    expect(one).toMatchObject({ status: 'ok', data: { group: 'Day', was: null } })
    expect(other?.error).toMatchObject({
      code: 'confirm_needed',
      message: 'kitchen-pi (kitchen-pi) is in the group Day; that ends.',
    })
    expect(place(house).group).toBe('Day')
    expect(say(house, 'groups/assign', { group: 'Evening', device: 'kitchen-pi' })).toMatchObject({ was: 'Day' })
  })

  it('see in the answer where it was a moment ago', () => {
    const house = twoHouses()
    say(house, 'rooms/create', { name: 'Bath', house: 'Home' })
    house.send(
      commandInput('devices/move', { device: 'kitchen-pi', room: 'Kitchen' }),
      commandInput('devices/move', { device: 'kitchen-pi', room: 'Bath' }),
    )
    const answers = house.published('/devices/move') as { data: { room: string; was: Params } }[]
    expect(answers.map(({ data: { room, was } }) => [was.room, room])).toEqual([
      [null, 'Kitchen'],
      ['Kitchen', 'Bath'],
    ])
  })
})

describe('a device that moves to another house', () => {
  it('leaves its room, its group, its owner and who carries it, and that is said before', () => {
    const house = twoHouses()
    say(house, 'devices/move', { device: 'kitchen-pi', room: 'Kitchen', group: 'Day', owner: 'ann', carried_by: 'ann' })
    const wish = { device: 'kitchen-pi', house: 'Cottage' }
    expect(unconfirmed(house, 'devices/move', wish).error).toMatchObject({
      code: 'confirm_needed',
      message:
        'kitchen-pi (kitchen-pi) will move from Home to Cottage with all that it measured and what was said to it: who belongs ' +
        'to Home alone sees none of it any more, and who belongs to Cottage sees all. It leaves the room Kitchen. It leaves ' +
        'the group Day. It belongs to ann no longer. ann carries it no longer.',
    })
    expect(say(house, 'devices/move', wish)).toMatchObject({
      house: 'Cottage',
      was: { house: 'Home', room: 'Kitchen' },
    })
    expect(place(house)).toEqual({ house: 'Cottage', room: null, group: null, owner: null, carried_by: null })
  })

  it('takes what the other house has at once, and keeps an owner who belongs to both and a group of the whole hub', () => {
    const house = twoHouses()
    house.db.exec(
      `INSERT INTO device_groups (id, name, managed_by, scope, created_at, updated_at) VALUES ('g', 'Fleet', 'central', 'care', 1, 1)`,
    )
    say(house, 'devices/move', { device: 'kitchen-pi', owner: 'zoe@example.org', group: 'Fleet' })
    expect(say(house, 'devices/move', { device: 'kitchen-pi', house: 'Cottage', room: 'Hall' })).toMatchObject({
      ...{ house: 'Cottage', room: 'Hall', group: 'Fleet', owner: 'zoe' },
    })
    expect(refusal(house, 'devices/move', { device: 'kitchen-pi', house: 'Home', room: 'Hall' })).toMatchObject({
      code: 'not_found',
    })
  })

  it('is read by the people of that house from then on, with all that it measured, and by no others', () => {
    const house = twoHouses()
    house.send(['lares/kitchen-pi/readings', reading(1, 20)])
    const [ann, paul] = [memberOf('resident', house.home), memberOf('resident', house.cottage)]
    const asked = { device: 'kitchen-pi', sensor: 'cpu_temperature' }
    const values = (caller: typeof ann) => {
      try {
        const { series } = query<{ series: { readings: { value: number }[] }[] }>(
          house,
          'readings/query',
          asked,
          caller,
        )
        return series.flatMap(({ readings }) => readings.map(({ value }) => value))
      } catch (error) {
        return (error as { code: string }).code
      }
    }
    expect([values(ann), values(paul)]).toEqual([[20], 'not_found'])
    say(house, 'devices/move', { device: 'kitchen-pi', house: 'Cottage' })
    house.send(['lares/kitchen-pi/readings', reading(2, 21)])
    expect([values(ann), values(paul)]).toEqual(['not_found', [20, 21]])
    const events = house.all<{ house_id: string; event_type: string }>(
      "SELECT house_id, event_type FROM events WHERE event_type = 'device_moved' ORDER BY id",
    )
    expect(new Set(events.map(({ house_id }) => house_id))).toEqual(new Set([house.home, house.cottage]))
  })

  it('is told to the front, and whoever sees one of the houses alone logs in again', () => {
    const house = twoHouses()
    house.db.exec(
      `INSERT INTO users (id, email, role, created_at, updated_at) VALUES ('bot', 'bot@programs', 'device', 1, 1);
       INSERT INTO api_tokens (id, user_id, name, token_hash, rights, houses, created_at) VALUES
         ('t-home', 'bot', 'home', 'h1', '[{"right":"see"}]', '["${house.home}"]', 1),
         ('t-both', 'bot', 'both', 'h2', '[{"right":"see"}]', '["${house.home}", "${house.cottage}"]', 1)`,
    )
    say(house, 'devices/move', { device: 'kitchen-pi', house: 'Cottage' })
    expect(house.effects).toContainEqual({ kind: 'device_house', device: 'kitchen-pi', house: house.cottage })
    const ended = house.effects.flatMap((effect) => (effect.kind === 'disconnect_user' ? [effect] : []))
    expect(ended.map(({ user, token }) => token ?? user).sort()).toEqual(['ann', 'paul', 't-home'])
    say(house, 'devices/move', { device: 'kitchen-pi', room: 'Hall' })
    expect(house.effects.filter(({ kind }) => kind === 'disconnect_user' || kind === 'device_house')).toEqual([])
  })

  it('takes along what is reached through it, which does not go alone', () => {
    const house = twoHouses()
    for (const id of ['lamp', 'plug']) house.device(id, 'hue')
    house.db.exec(
      "UPDATE devices SET hub_id = 'kitchen-pi' WHERE id = 'lamp'; UPDATE devices SET hub_id = 'lamp' WHERE id = 'plug'",
    )
    say(house, 'devices/move', { device: 'lamp', room: 'Kitchen' })
    expect(query(house, 'devices/show', { device: 'kitchen-pi' })).toMatchObject({ hub_devices: [{ id: 'lamp' }] })
    expect(refusal(house, 'devices/move', { device: 'lamp', house: 'Cottage' })).toMatchObject({
      code: 'bad_params',
      message: 'lamp is reached through kitchen-pi, which stays',
      hint: 'Move that one, and this goes with it: lares devices move kitchen-pi --house HOUSE.',
    })
    expect(unconfirmed(house, 'devices/move', { device: 'kitchen-pi', house: 'Cottage' }).error?.message).toMatch(
      /2 devices reached through it will move too\.$/,
    )
    expect(say(house, 'devices/move', { device: 'kitchen-pi', house: 'Cottage' })).toMatchObject({ with_it: 2 })
    expect(house.all('SELECT DISTINCT house_id, room_id FROM devices')).toEqual([
      { house_id: house.cottage, room_id: null },
    ])
  })

  it('is moved only by who may configure both houses', () => {
    const house = twoHouses()
    const wish = { device: 'kitchen-pi', house: 'Cottage' }
    const asked = (caller: ReturnType<typeof memberOf>) => ask(house, commandInput('devices/move', wish, { caller }))
    expect(asked(memberOf('owner', house.home)).error).toMatchObject({ code: 'not_found' })
    expect(asked(memberOf('owner', house.cottage)).error).toMatchObject({ code: 'not_found' })
    const guestThere = accountOf('ann', {
      [house.home]: [{ right: 'configure' }],
      [house.cottage]: [{ right: 'see' }],
    })
    expect(asked(guestThere).error).toMatchObject({ code: 'forbidden' })
    const guestHere = accountOf('paul', {
      [house.home]: [{ right: 'see' }],
      [house.cottage]: [{ right: 'configure' }],
    })
    expect(asked(guestHere).error).toMatchObject({ code: 'forbidden' })
    expect(asked(memberOf('resident', house.home, house.cottage)).error).toMatchObject({ code: 'forbidden' })
    expect(place(house).house).toBe('Home')
    expect(asked(memberOf('owner', house.home, house.cottage)).status).toBe('ok')
    expect(place(house).house).toBe('Cottage')
  })
})

describe('a list of devices', () => {
  it('has those of which equal columns say so, by name', () => {
    const house = twoHouses()
    house.device('b-lamp', 'hue')
    house.device('a-lamp', 'hue')
    house.db.exec("UPDATE devices SET device_class = 'light' WHERE integration_type = 'hue'")
    const ids = (filters: Params) =>
      query<{ devices: { id: string }[] }>(house, 'devices/list', filters).devices.map(({ id }) => id)
    expect(ids({ house: 'Home', integration_type: 'hue' })).toEqual(['a-lamp', 'b-lamp'])
    expect(ids({ house: 'Cottage', integration_type: 'hue' })).toEqual([])
    expect(ids({ device_class: 'light', name: 'b-lamp', status: 'offline', device_type: 'custom' })).toEqual(['b-lamp'])
    expect(ask(house, commandInput('devices/list', { colour: 'red' })).error).toMatchObject({
      code: 'bad_params',
      message: expect.stringMatching(/^devices\/list takes no colour; it takes house, room, group, owner, carried_by/),
    })
  })

  it('finds what people say of a device', () => {
    const house = twoHouses()
    const words = { user_description: 'the lamp by the window', location: 'living room' }
    say(house, 'devices/update', { device: 'kitchen-pi', ...words })
    expect(query(house, 'devices/show', { device: 'kitchen-pi' })).toMatchObject({ device: words })
    expect(query(house, 'devices/find', { words: 'WINDOW' })).toMatchObject({ devices: [{ id: 'kitchen-pi' }] })
    say(house, 'devices/update', { device: 'kitchen-pi', clear: 'user_description' })
    expect(query(house, 'devices/find', { words: 'window' })).toEqual({ devices: [] })
  })
})

describe('a group', () => {
  it('has devices and settings, and is changed and taken away', () => {
    const house = twoHouses()
    say(house, 'groups/update', { group: 'Day', settings: '{"volume": 40}', description: 'by day', owner: 'ann' })
    say(house, 'groups/assign', { group: 'Day', device: 'kitchen-pi' })
    expect(query(house, 'groups/show', { group: 'day' })).toMatchObject({
      group: { name: 'Day', description: 'by day', settings: { volume: 40 }, house: 'Home', devices: 1 },
      devices: [{ id: 'kitchen-pi' }],
    })
    expect(refusal(house, 'groups/create', { name: 'DAY', house: 'Home' })?.code).toBe('already_exists')
    expect(refusal(house, 'groups/create', { name: 'none', house: 'Home' })?.message).toMatch(/is the word for nothing/)
    expect(unconfirmed(house, 'groups/remove', { group: 'Day' }).error?.message).toBe(
      'Day will be gone with its settings, and one device will be in no group.',
    )
    expect(say(house, 'groups/remove', { group: 'Day' })).toMatchObject({ devices: 1 })
    expect(place(house).group).toBeNull()
    expect(query(house, 'groups/list')).toMatchObject({ groups: [{ name: 'Night' }] })
  })

  it('of central is shown and filled here, and neither changed nor taken away', () => {
    const house = twoHouses()
    house.db.exec(
      `INSERT INTO device_groups (id, name, managed_by, scope, created_at, updated_at) VALUES ('g', 'Fleet', 'central', 'care', 1, 1)`,
    )
    for (const [verb, more] of [
      ['groups/update', { name: 'Mine' }],
      ['groups/remove', {}],
    ] as const)
      expect(refusal(house, verb, { group: 'Fleet', ...more })).toMatchObject({
        code: 'centrally_managed',
        hint: 'Change it there: lares central put care device_groups FILE.',
      })
    say(house, 'groups/assign', { group: 'Fleet', device: 'kitchen-pi' })
    expect(query(house, 'groups/list', { managed_by: 'central' })).toMatchObject({
      groups: [{ name: 'Fleet', house: null, devices: 1, managed_by: 'central' }],
    })
    // It is of the whole hub, and for who administers that.
    expect(query(house, 'groups/list', {}, memberOf('owner', house.home))).toMatchObject({ groups: [{ name: 'Day' }] })
  })

  it('is listed page by page', () => {
    const house = twoHouses()
    const first = query<{ groups: Params[]; next: string }>(house, 'groups/list', { limit: 1 })
    expect(first.groups).toMatchObject([{ name: 'Day' }])
    expect(query(house, 'groups/list', { limit: 1, after: first.next })).toEqual({
      groups: [expect.objectContaining({ name: 'Night' })],
    })
    expect(query(house, 'groups/list', { house: 'Cottage', name: 'Day' })).toEqual({ groups: [] })
  })
})
