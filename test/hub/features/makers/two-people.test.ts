import { describe, expect, it } from 'vitest'
import type { AdminResponse } from '../../../../shared/messages/admin-response.ts'
import { accountOf } from '../../callers.ts'
import { ask, commandInput } from '../../engine/ask.ts'
import type { TestHouse } from '../../engine/engine-in-memory.ts'
import { disagreements } from './makers-agree.ts'
import { accepted, eventsOf, lampOf, makersHouse, statuses } from './makers-house.ts'

const ANN = accountOf('ann', 'all')
const BOB = accountOf('bob', 'all')

type Asked = [verb: `${string}/${string}`, params: Record<string, unknown>]

/** What Ann and Bob are answered who ask in the same moment, Ann first. */
function atOnce(house: TestHouse, anns: Asked, bobs: Asked): [AdminResponse, AdminResponse] {
  const inputs = (
    [
      [ANN, anns],
      [BOB, bobs],
    ] as const
  ).map(([caller, [verb, params]]) => {
    return commandInput(verb, params, { caller })
  })
  house.send(...inputs)
  const [ann, bob] = inputs.map(
    ({ caller, area, verb }) => house.published(`/response/${caller.client}/${area}/${verb}`)[0],
  )
  return [ann, bob] as unknown as [AdminResponse, AdminResponse]
}

/** Who asked for this, as the audit has it. */
const audit = (house: TestHouse, verb: string) =>
  house
    .all<{ who: string }>(
      "SELECT coalesce(user_id, context) AS who FROM events WHERE category = 'audit' AND event_type = 'api_call' " +
        "AND json_extract(event_data, '$.area') || '/' || json_extract(event_data, '$.verb') = ? ORDER BY id",
      verb,
    )
    .map(({ who }) => who)

function houseWithRooms(): TestHouse {
  const house = makersHouse(lampOf())
  for (const name of ['Kitchen', 'Bath']) ask(house, commandInput('rooms/create', { name }))
  return house
}

const roomOf = (house: TestHouse) =>
  house.all<{ name: string }>('SELECT r.name FROM devices d JOIN rooms r ON r.id = d.room_id').map(({ name }) => name)

describe('two people who decide on one device at the same moment', () => {
  it('and accept it both: it is one device as the first wants it, and the second is told', () => {
    const house = houseWithRooms()
    const [ann, bob] = atOnce(
      house,
      ['makers/accept', { maker: 'Lamp', room: 'Kitchen' }],
      ['makers/accept', { maker: 'Lamp', room: 'Bath', name: 'Bright' }],
    )
    expect(ann.data).toMatchObject({ accepted: [{ name: 'Lamp' }] })
    expect(bob.data).toMatchObject({
      says: expect.stringMatching(/^Lamp is accepted already: it is the device /),
      accepted: [],
    })
    expect(roomOf(house)).toEqual(['Kitchen'])
    expect(disagreements(house)).toEqual([])
    expect(audit(house, 'makers/accept')).toEqual(['ann', 'bob'])
  })

  it('and accept it alone and with all others: it is one device', () => {
    const house = houseWithRooms()
    const [ann, bob] = atOnce(house, ['makers/accept', { all: true }], ['makers/accept', { maker: 'Lamp' }])
    expect(ann.data).toMatchObject({ accepted: [{ name: 'Lamp' }] })
    expect(bob.data).toMatchObject({ accepted: [] })
    expect(house.all('SELECT count(*) AS n FROM devices')).toEqual([{ n: 1 }])
    expect(disagreements(house)).toEqual([])
  })

  it('and accept and ignore it: it is what the first says, and the second is told how to undo that', () => {
    const house = houseWithRooms()
    const [, ignored] = atOnce(house, ['makers/accept', { maker: 'Lamp' }], ['makers/ignore', { maker: 'Lamp' }])
    expect(ignored.error).toMatchObject({ code: 'bad_params', hint: expect.stringMatching(/lares devices revoke/) })
    expect(statuses(house)).toEqual(['Lamp accepted'])
    expect(disagreements(house)).toEqual([])
  })

  it('and put it into two rooms: it is where the second says, who hears where the first put it', () => {
    const house = houseWithRooms()
    accepted(house)
    const [ann, bob] = atOnce(
      house,
      ['devices/move', { device: 'Lamp', room: 'Kitchen' }],
      ['devices/move', { device: 'Lamp', room: 'Bath' }],
    )
    expect([ann.status, bob.status]).toEqual(['ok', 'ok'])
    expect(JSON.stringify(bob.data)).toContain('Kitchen')
    expect(roomOf(house)).toEqual(['Bath'])
    expect(audit(house, 'devices/move')).toEqual(['ann', 'bob'])
  })

  it('and take it out both: it is out, and that is told once', () => {
    const house = houseWithRooms()
    accepted(house)
    const [ann, bob] = atOnce(house, ['devices/revoke', { device: 'Lamp' }], ['devices/revoke', { device: 'Lamp' }])
    expect([ann.status, bob.status]).toEqual(['ok', 'ok'])
    expect(eventsOf(house, 'device_revoked')).toHaveLength(1)
    expect(audit(house, 'devices/revoke')).toEqual(['ann', 'bob'])
    expect(statuses(house)).toEqual(['Lamp waiting'])
    expect(disagreements(house)).toEqual([])
  })
})
