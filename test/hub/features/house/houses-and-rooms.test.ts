import { describe, expect, it } from 'vitest'
import { memberOf } from '../../callers.ts'
import { ask, commandInput, data, query } from '../../engine/ask.ts'
import { openTestHouse, type TestHouse } from '../../engine/engine-in-memory.ts'

type Params = Record<string, unknown>
type Verb = `${string}/${string}`

const say = <T = Params>(house: TestHouse, verb: Verb, params: Params = {}) =>
  data<T>(ask(house, commandInput(verb, params)))
const refusal = (house: TestHouse, verb: Verb, params: Params) => ask(house, commandInput(verb, params)).error

const shown = (house: TestHouse, name: string) =>
  query<{ house: Params; rooms: Params[] }>(house, 'houses/show', { house: name })

/** Names that people type when they are tired, mistaken or malicious. */
const REFUSED_NAMES: [string, string, RegExp][] = [
  ['an empty one', '', /name: is empty/],
  ['blanks', '   ', /name: is empty/],
  ['10,000 characters', 'x'.repeat(10_000), /name: must have at most 255 characters/],
  ['a NUL', 'Kit\0chen', /name: has a NUL or a lone surrogate/],
  ['half a letter', 'Kitchen \ud83d', /name: has a NUL or a lone surrogate/],
  ['the word for nothing', ' None ', /is the word for nothing; choose another name than none/],
]
const STORED_NAMES = ['<script>alert(1)</script>', 'مطبخ', "Robert'); DROP TABLE rooms;--", 'Küche', '🛋', 'nonexistent']

describe('a house', () => {
  it('is made with a name alone, or a name and a time zone, beside the one of the first start', () => {
    const house = openTestHouse()
    house.now += 1
    const made = say<{ house: string }>(house, 'houses/create', { name: 'Flat', timezone: 'America/New_York' })
    house.now += 1
    say(house, 'houses/create', { name: '  Cottage ' })
    expect(query(house, 'houses/list')).toMatchObject({
      houses: [{ name: 'Home' }, { name: 'Flat', timezone: 'America/New_York', rooms: 0 }, { name: 'Cottage' }],
    })
    expect(shown(house, 'flat').house).toMatchObject({ id: made.house, preferences: {}, setup_completed: false })
  })

  it('has what people say of it, and no longer what they take back', () => {
    const house = openTestHouse()
    const said = { square_footage: 140.5, num_floors: 2, num_rooms: 5, location: 'by the lake', address: 'Am See 1' }
    say(house, 'houses/update', { ...said, preferences: '{"quiet": ["22:00", "06:00"]}' })
    expect(shown(house, 'Home').house).toMatchObject({ ...said, preferences: { quiet: ['22:00', '06:00'] } })
    say(house, 'houses/update', { preferences: { quiet: null } })
    say(house, 'houses/update', { clear: 'square_footage' })
    say(house, 'houses/update', { address: '' })
    expect(shown(house, 'Home').house).toMatchObject({
      ...{ square_footage: null, address: null, num_floors: 2, preferences: { quiet: null } },
    })
  })

  it.each(REFUSED_NAMES)('is not called %s', (_, name, says) => {
    const house = openTestHouse()
    expect(refusal(house, 'houses/create', { name })).toMatchObject({
      code: 'bad_params',
      message: expect.stringMatching(says),
    })
    expect(query(house, 'houses/list')).toMatchObject({ houses: [{ name: 'Home' }] })
  })

  it('is called like no other, however that is written', () => {
    const house = openTestHouse()
    expect(refusal(house, 'houses/create', { name: 'HOME' })).toMatchObject({
      ...{ code: 'already_exists', message: 'there is a house HOME already' },
    })
    say(house, 'houses/create', { name: 'Cottage' })
    expect(refusal(house, 'houses/update', { house: 'Cottage', name: 'home' })?.code).toBe('already_exists')
    expect(say(house, 'houses/update', { house: 'Cottage', name: 'cottage' })).toMatchObject({ name: 'cottage' })
  })

  it.each([
    [{ square_footage: -1 }, /square_footage: must be at least 0/],
    [{ num_floors: 1.5 }, /num_floors/],
    [{ preferences: 'quiet' }, /preferences: is no JSON object; write it like/],
    [{ preferences: '[1]' }, /preferences: is no JSON object/],
    [{ timezone: 'Mars' }, /timezone: is no time zone; write it like Europe\/Vienna/],
    [{ clear: 'name' }, /clear/],
    [{ colour: 'red' }, /houses\/update takes no colour; it takes house, name, address/],
    [{}, /says nothing to change/],
  ])('is not changed by %j, which is refused in words', (params, says) => {
    const house = openTestHouse()
    const before = house.all('SELECT * FROM houses')
    expect(refusal(house, 'houses/update', params)).toMatchObject({
      ...{ code: 'bad_params', message: expect.stringMatching(says) },
    })
    expect(house.all('SELECT * FROM houses')).toEqual(before)
  })

  it('is listed by equal columns and page by page, and by nothing that a house has not', () => {
    const house = openTestHouse()
    for (const name of ['A', 'B', 'C']) {
      house.now += 1
      say(house, 'houses/create', { name, timezone: name === 'B' ? 'Asia/Tokyo' : 'UTC' })
    }
    expect(query(house, 'houses/list', { timezone: 'Asia/Tokyo' })).toMatchObject({ houses: [{ name: 'B' }] })
    const first = query<{ houses: Params[]; next: string }>(house, 'houses/list', { limit: 3 })
    expect(first.houses.map(({ name }) => name)).toEqual(['Home', 'A', 'B'])
    expect(query(house, 'houses/list', { limit: 3, after: first.next })).toEqual({
      houses: [expect.objectContaining({ name: 'C' })],
    })
  })
})

describe('a room', () => {
  it('is made, shown, changed and taken away, and the house has as many rooms as are named', () => {
    const house = openTestHouse()
    house.device('kitchen-pi')
    const rooms = () => shown(house, 'Home').house.num_rooms
    say(house, 'houses/update', { num_rooms: 7 })
    const { room } = say<{ room: string }>(house, 'rooms/create', { name: 'Kitchen', room_type: 'kitchen', floor: 0 })
    say(house, 'rooms/create', { name: 'Attic', floor: 2, ceiling_height: 2.1, lighting_preferences: { warm: true } })
    expect(rooms()).toBe(2)
    say(house, 'devices/move', { device: 'kitchen-pi', room: 'kitchen' })
    expect(query(house, 'rooms/show', { room: 'KITCHEN' })).toMatchObject({
      room: { id: room, floor: 0, doors: 1, windows: 0, lighting_preferences: {}, devices: 1 },
      devices: [{ id: 'kitchen-pi' }],
    })
    say(house, 'rooms/update', { room: 'Attic', name: 'Loft', clear: 'ceiling_height', preferred_humidity: 45 })
    expect(query(house, 'rooms/show', { room: 'Loft' })).toMatchObject({
      room: { ceiling_height: null, preferred_humidity: 45, lighting_preferences: { warm: true } },
    })
    expect(say(house, 'rooms/remove', { room: 'Kitchen' })).toMatchObject({ devices: 1 })
    expect(house.all('SELECT id, room_id FROM devices')).toEqual([{ id: 'kitchen-pi', room_id: null }])
    expect(rooms()).toBe(1)
    say(house, 'rooms/remove', { room: 'Loft' })
    expect(rooms()).toBeNull()
  })

  it('is counted by nobody else while some are named', () => {
    const house = openTestHouse()
    say(house, 'rooms/create', { name: 'Kitchen' })
    for (const params of [{ num_rooms: 4 }, { clear: 'num_rooms' }])
      expect(refusal(house, 'houses/update', params)).toMatchObject({
        ...{ code: 'bad_params', message: 'num_rooms: 1 rooms of this house are named, and are counted' },
      })
    expect(shown(house, 'Home').house.num_rooms).toBe(1)
  })

  it.each(REFUSED_NAMES)('is not called %s', (_, name, says) => {
    const house = openTestHouse()
    expect(refusal(house, 'rooms/create', { name })?.message).toMatch(says)
  })

  it.each(STORED_NAMES)('is called %s, if somebody wants that', (name) => {
    const house = openTestHouse()
    say(house, 'rooms/create', { name })
    expect(query(house, 'rooms/show', { room: name })).toMatchObject({ room: { name } })
  })

  it('is called like no other of its house, and is asked for by its id where two houses have one', () => {
    const house = openTestHouse()
    const { house: cottage } = say<{ house: string }>(house, 'houses/create', { name: 'Cottage' })
    const here = say<{ room: string }>(house, 'rooms/create', { name: 'Kitchen', house: 'Home' })
    expect(refusal(house, 'rooms/create', { name: 'kitchen', house: 'Home' })?.code).toBe('already_exists')
    say(house, 'rooms/create', { name: 'Kitchen', house: 'Cottage' })
    expect(refusal(house, 'rooms/create', { name: 'Bath' })?.message).toBe('which house?')
    const asked = refusal(house, 'rooms/update', { room: 'kitchen', name: 'x' })
    expect(asked).toMatchObject({ code: 'bad_params', message: expect.stringContaining(`${here.room} (Home)`) })
    expect(say(house, 'rooms/update', { room: here.room, name: 'Galley' })).toMatchObject({ name: 'Galley' })
    expect(say(house, 'rooms/update', { room: 'Kitchen', house: 'Cottage', floor: 1 })).toMatchObject({
      house: cottage,
    })
    expect(query(house, 'rooms/list', { house: 'Cottage', floor: 1 })).toMatchObject({ rooms: [{ name: 'Kitchen' }] })
    expect(refusal(house, 'rooms/remove', { room: 'Kitchn' })).toMatchObject({
      ...{ code: 'not_found', hint: 'Did you mean Kitchen? See lares rooms list.' },
    })
  })

  it('says what is left in no room before it goes, and nothing where it is empty', () => {
    const house = openTestHouse()
    house.device('kitchen-pi')
    say(house, 'rooms/create', { name: 'Kitchen' })
    const unconfirmed = () => {
      const input = commandInput('rooms/remove', { room: 'Kitchen' })
      return ask(house, { ...input, request: { ...input.request, confirm: false } })
    }
    say(house, 'devices/move', { device: 'kitchen-pi', room: 'Kitchen' })
    expect(unconfirmed().error).toMatchObject({
      code: 'confirm_needed',
      message: 'Kitchen will be gone, and in no room will be one device: kitchen-pi.',
    })
    say(house, 'devices/move', { device: 'kitchen-pi', room: 'none' })
    expect(unconfirmed().status).toBe('ok')
  })

  it('is listed page by page, and of the caller’s houses only', () => {
    const house = openTestHouse()
    say(house, 'houses/create', { name: 'Cottage' })
    for (const name of ['Bath', 'Attic', 'Cellar']) say(house, 'rooms/create', { name, house: 'Home' })
    const { house: cottage } = say<{ house: string }>(house, 'rooms/create', { name: 'Secret', house: 'Cottage' })
    const first = query<{ rooms: Params[]; next: string }>(house, 'rooms/list', { house: 'Home', limit: 2 })
    expect(first.rooms.map(({ name }) => name)).toEqual(['Attic', 'Bath'])
    expect(query(house, 'rooms/list', { house: 'Home', limit: 2, after: first.next })).toEqual({
      rooms: [expect.objectContaining({ name: 'Cellar' })],
    })
    const neighbour = memberOf('owner', cottage)
    expect(query(house, 'rooms/list', {}, neighbour)).toMatchObject({ rooms: [{ name: 'Secret' }] })
    expect(() => query(house, 'rooms/show', { room: 'Bath' }, neighbour)).toThrow(/no room Bath/)
    expect(ask(house, commandInput('rooms/list', { wall: 'red' })).error).toMatchObject({
      ...{ code: 'bad_params', message: expect.stringMatching(/takes no wall; it takes house, name, room_type/) },
    })
  })
})
