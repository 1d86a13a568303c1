import { describe, expect, it } from 'vitest'
import { ask, commandInput, data, query } from '../../engine/ask.ts'
import { openTestHouse, type TestHouse } from '../../engine/engine-in-memory.ts'

const MINUTE = 60_000

const say = (house: TestHouse, verb: `${string}/${string}`, params: Record<string, unknown>) =>
  data(ask(house, commandInput(verb, params)))

/** Ann carries a phone; the kitchen Pi is nobody's. */
function settled(): TestHouse {
  const house = openTestHouse()
  for (const id of ['phone', 'watch', 'kitchen-pi']) house.device(id, 'mqtt')
  say(house, 'people/add', { name: 'Ann' })
  say(house, 'devices/move', { device: 'phone', carried_by: 'Ann' })
  return house
}

const connection = (house: TestHouse, device: string, online: boolean) =>
  house.send({ kind: 'presence', device, online, reason: online ? 'connected' : 'lost' })
const ann = (house: TestHouse) =>
  query<{ person: { is_present: boolean; last_seen: number | null } }>(house, 'people/show', { person: 'Ann' }).person
const events = (house: TestHouse) =>
  house
    .all<{ event_type: string }>("SELECT event_type FROM events WHERE category = 'presence' ORDER BY id")
    .map(({ event_type }) => event_type)

function pass(house: TestHouse, minutes: number): void {
  for (let minute = 0; minute < minutes; minute++) house.tick(MINUTE)
}

describe('a person with a phone', () => {
  it('comes with it, and has left when it was away for ten minutes, since it went', () => {
    const house = settled()
    connection(house, 'phone', true)
    expect(ann(house)).toMatchObject({ is_present: true, last_seen: house.now })
    pass(house, 30)
    expect(ann(house).is_present).toBe(true)
    connection(house, 'phone', false)
    const left = house.now
    pass(house, 9)
    expect(ann(house).is_present).toBe(true)
    pass(house, 2)
    expect(ann(house)).toEqual(expect.objectContaining({ is_present: false, last_seen: left }))
    expect(events(house)).toEqual(['person_came', 'person_left'])
  })

  it('stays when it sleeps for a while, and costs the card nothing by that', () => {
    const house = settled()
    connection(house, 'phone', true)
    const changes = () => house.all("SELECT count(*) AS n FROM sync_changes WHERE table_name = 'people'")
    const before = changes()
    for (let nap = 0; nap < 5; nap++) {
      connection(house, 'phone', false)
      pass(house, 5)
      connection(house, 'phone', true)
      pass(house, 5)
    }
    expect(ann(house).is_present).toBe(true)
    expect(changes()).toEqual(before)
    expect(events(house)).toEqual(['person_came'])
  })

  it('is there as long as one of the carried devices is', () => {
    const house = settled()
    say(house, 'devices/move', { device: 'watch', carried_by: 'Ann' })
    connection(house, 'phone', true)
    connection(house, 'watch', true)
    connection(house, 'phone', false)
    pass(house, 30)
    expect(ann(house).is_present).toBe(true)
    connection(house, 'watch', false)
    pass(house, 11)
    expect(ann(house).is_present).toBe(false)
  })

  it('is there when they take a phone that is there, and not for being said to carry one that is not', () => {
    const house = settled()
    say(house, 'devices/move', { device: 'watch', carried_by: 'Ann' })
    expect(ann(house).is_present).toBe(false)
    say(house, 'devices/move', { device: 'watch', carried_by: 'none' })
    connection(house, 'watch', true)
    expect(ann(house).is_present).toBe(false)
    say(house, 'devices/move', { device: 'watch', carried_by: 'Ann' })
    expect(ann(house).is_present).toBe(true)
    say(house, 'people/presence', { person: 'Ann', state: 'away' })
    say(house, 'devices/move', { device: 'watch', room: 'none' })
    expect(ann(house).is_present).toBe(false)
  })

  it('is not there because of a device that only belongs to them', () => {
    const house = settled()
    connection(house, 'kitchen-pi', true)
    expect(ann(house)).toMatchObject({ is_present: false, last_seen: null })
  })

  it('is what was said by hand, until the phone comes or goes', () => {
    const house = settled()
    connection(house, 'phone', true)
    say(house, 'people/presence', { person: 'Ann', state: 'away' })
    pass(house, 30)
    expect(ann(house).is_present).toBe(false)
    connection(house, 'phone', false)
    pass(house, 1)
    connection(house, 'phone', true)
    expect(ann(house).is_present).toBe(true)
    connection(house, 'phone', false)
    pass(house, 20)
    say(house, 'people/presence', { person: 'Ann', state: 'here' })
    pass(house, 120)
    expect(ann(house).is_present).toBe(true)
  })

  it('has left ten minutes after a restart that the phone did not come back from', () => {
    const house = settled()
    connection(house, 'phone', true)
    pass(house, 5)
    house.restart()
    pass(house, 9)
    expect(ann(house).is_present).toBe(true)
    pass(house, 3)
    expect(ann(house).is_present).toBe(false)
  })
})

describe('presence by hand', () => {
  it('says who asked, and says nothing twice', () => {
    const house = settled()
    const here = { person: 'ann', state: 'here' }
    expect(say(house, 'people/presence', here)).toMatchObject({ is_present: true, was_present: false })
    expect(say(house, 'people/presence', here)).toMatchObject({ is_present: true, was_present: true })
    expect(events(house)).toEqual(['person_came'])
    expect(house.all("SELECT event_data FROM events WHERE event_type = 'person_came'")).toEqual([
      { event_data: expect.stringContaining('"by":"local"') },
    ])
    const wrong = ask(house, commandInput('people/presence', { person: 'ann', state: 'there' }))
    expect(wrong.error).toMatchObject({ code: 'bad_params', message: expect.stringMatching(/^state: /) })
  })
})
