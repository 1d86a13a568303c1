import { expect, it } from 'vitest'
import { VERSIONS } from '../../central/postgres-servers.ts'
import { ask, commandInput, data } from '../engine/ask.ts'
import { reading } from '../engine/engine-in-memory.ts'
import { finishErasing } from '../features/erasures/lived-in.ts'
import { rows } from './house-with-central.ts'
import { useHouses } from './use-houses.ts'

const houses = useHouses(VERSIONS.at(-1) ?? '18')

it('houses, rooms, people and groups reach central as they are changed, and leave it with their house', async () => {
  const joined = await houses.house()
  const { house, pump, settled, admin, site } = joined
  const say = (verb: `${string}/${string}`, params: Record<string, unknown>) =>
    data(ask(house, commandInput(verb, params)))
  const there = (table: string, columns: string) =>
    rows(
      admin,
      `SELECT ${columns} FROM lares.${table} WHERE site_id = $1 ${table === 'readings' ? '' : 'AND deleted_at IS NULL'} ORDER BY 1`,
      [site],
    )
  for (const id of ['home-pi', 'boat-pi']) house.device(id)
  say('houses/create', { name: 'Boat', square_footage: 12.5, preferences: { quiet: true } })
  say('rooms/create', { name: 'Cabin', house: 'Boat', preferred_temperature: 18.5 })
  say('people/add', { name: 'Grandma', house: 'Boat' })
  say('groups/create', { name: 'Night', house: 'Boat', settings: { dim: 1 } })
  say('devices/move', { device: 'boat-pi', house: 'Boat', room: 'Cabin', group: 'Night', carried_by: 'Grandma' })
  house.send(['lares/home-pi/readings', reading(1, 1)], ['lares/boat-pi/readings', reading(1, 2)])
  pump.start()
  await settled()
  expect(await there('houses', 'name, num_rooms::integer, square_footage, preferences')).toEqual([
    { name: 'Boat', num_rooms: 1, square_footage: 12.5, preferences: { quiet: true } },
    { name: 'Home', num_rooms: null, square_footage: null, preferences: {} },
  ])
  expect(await there('rooms', 'name, preferred_temperature')).toEqual([{ name: 'Cabin', preferred_temperature: 18.5 }])
  expect(await there('device_groups', 'name, managed_by, settings')).toEqual([
    { name: 'Night', managed_by: 'site', settings: { dim: 1 } },
  ])
  const placed = 'id, room_id IS NOT NULL AS room, group_id IS NOT NULL AS grp, carried_by IS NOT NULL AS carried'
  expect(await there('devices', placed)).toEqual([
    { id: 'boat-pi', room: true, grp: true, carried: true },
    { id: 'home-pi', room: false, grp: false, carried: false },
  ])

  say('houses/remove', { house: 'Boat' })
  finishErasing(house)
  house.tick(1_000)
  house.send({ kind: 'copies_renewed', since: house.now })
  await joined.until('central confirmed it', () =>
    house.all<{ state: string }>('SELECT state FROM erasures').every(({ state }) => state === 'done'),
  )
  await settled()
  expect(await there('houses', 'name')).toEqual([{ name: 'Home' }])
  for (const table of ['rooms', 'people', 'device_groups']) expect(await there(table, 'id')).toEqual([])
  expect(await there('devices', 'id')).toEqual([{ id: 'home-pi' }])
  expect(await there('readings', 'value')).toEqual([{ value: 1 }])
  expect(house.all('SELECT * FROM sync_quarantine')).toEqual([])
}, 120_000)
