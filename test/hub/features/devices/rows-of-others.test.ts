import { describe, expect, it } from 'vitest'
import { VOLATILE_FLUSH_MS } from '../../../../shared/limits.ts'
import { openTestHouse, START, type TestHouse } from '../../engine/engine-in-memory.ts'
import { houseWithBridge, light, observed } from './house-with-bridge.ts'

/** A house in whose tables somebody wrote, and that starts again. */
function started(sql: string): TestHouse {
  const house = openTestHouse()
  for (const id of ['kitchen-pi', 'hall-pi']) house.device(id)
  const items = [{ sensor: 't', value: 20, kind: 'temperature' }]
  for (const id of ['kitchen-pi', 'hall-pi']) house.send([`lares/${id}/readings`, { items }])
  house.tick(VOLATILE_FLUSH_MS)
  house.db.exec(sql)
  house.restart()
  return house
}

const shown = (house: TestHouse) =>
  house.effects.flatMap((effect) =>
    effect.kind === 'publish' && effect.topic.includes('/state/') && effect.payload !== '' ? [effect.topic] : [],
  )

const ALL = ['lares/kitchen-pi/state/t', 'lares/hall-pi/state/t']

describe('a house in which another program wrote', () => {
  it.each([
    ['a newest state that is no JSON', "latest = 'x{'"],
    ['a newest state that is another thing', 'latest = \'{"value":[]}\''],
    ['attributes that are no JSON', "attributes = 'x{'"],
    ['attributes that are a list', "attributes = '[7]'"],
    ['attributes beyond what a message carries', `attributes = '{"a":"${'x'.repeat(20_000)}"}'`],
  ])('%s opens, works, and shows the others', (_, change) => {
    const house = started(`UPDATE device_entities SET ${change} WHERE device_id = 'kitchen-pi'`)
    expect(house.engine.failing).toEqual([])
    expect(shown(house)).toEqual(['lares/hall-pi/state/t'])
    expect(house.send(['lares/kitchen-pi/readings', { items: [{ sensor: 't', value: 21 }] }])).toEqual(['stored'])
  })

  it.each(['', '00:17:88:01/light', 'ключ', '+', '#', 'x'.repeat(41)])(
    'an entity with the key %j opens, and gives it one that can stand on a topic',
    (key) => {
      const house = started(`UPDATE device_entities SET key = '${key}' WHERE device_id = 'kitchen-pi'`)
      expect(house.engine.failing).toEqual([])
      expect(shown(house)).toEqual(['lares/kitchen-pi/state/sensor_kitchen_pi_t', 'lares/hall-pi/state/t'])
    },
  )

  it('a device whose abilities are another thing opens, works, and keeps no other from being announced', () => {
    const announced = (house: TestHouse) =>
      house.effects.flatMap((effect) =>
        effect.kind === 'publish' && effect.topic.startsWith('homeassistant/') ? [effect.topic.split('/')[3]] : [],
      )
    const house = started("UPDATE devices SET capabilities = '{}' WHERE id = 'kitchen-pi'")
    expect([house.engine.failing, announced(house)]).toEqual([[], ['hall-pi']])
    house.db.exec("UPDATE devices SET name = 'Kitchen' WHERE id = 'kitchen-pi'")
    expect(house.send(['lares/hall-pi/readings', { items: [{ sensor: 't', value: 21 }] }])).toEqual(['stored'])
  })

  it.each(['a/b', '+', '', 'кухня/#'])('a device with the id %j opens, and shows the others', (id) => {
    const house = started(
      `INSERT INTO devices (id, house_id, name, device_class, integration_type, status, status_since, discovery_method, created_at, updated_at)
         SELECT '${id}', house_id, 'X', 'light', 'other', 'a status of tomorrow', 1, 'manual', 1, 1 FROM devices WHERE id = 'hall-pi';
       INSERT INTO device_entities (id, device_id, entity_id, key, name, entity_type, state, latest, created_at, updated_at)
         SELECT 'x', '${id}', 'light.x', 'x', 'X', 'light', 'on', latest, 1, 1 FROM device_entities WHERE device_id = 'hall-pi';
       INSERT INTO device_alarms (device_id, subject, event_type, severity, description, since, at)
         VALUES ('${id}', 's', 'of tomorrow', 'worst', '', 1, 1);`,
    )
    expect(house.engine.failing).toEqual([])
    expect(shown(house)).toEqual(ALL)
  })
})

describe('a restart of the hub', () => {
  it('leaves devices that do not log in here as their bridge last said, and says so', () => {
    const { house, device } = houseWithBridge()
    house.device('kitchen-pi')
    house.device('garden', 'mqtt')
    house.send(observed(light(device), 'on'))
    house.db.exec("UPDATE devices SET status = 'online', status_reason = 'connected'")
    house.restart()
    const states = Object.fromEntries(
      house
        .all<{ id: string; status: string; status_reason: string }>('SELECT id, status, status_reason FROM devices')
        .map(({ id, status, status_reason }) => [id, `${status} ${status_reason}`]),
    )
    expect(states).toEqual({
      [device]: 'online connected',
      'kitchen-pi': 'offline hub_restart',
      garden: 'offline hub_restart',
    })
    expect(house.published(`${device}/status`)).toMatchObject([{ status: 'online' }])
  })
})

describe('a device that is made', () => {
  it('is known to the front at once with its house and its status, also when it never logs in', () => {
    const { house, device } = houseWithBridge()
    const [home] = house.all<{ id: string }>('SELECT id FROM houses')
    house.send({ kind: 'test_device', name: 'Strip' })
    const made = house.effects.find((effect) => effect.kind === 'device_house')
    expect(made).toMatchObject({ house: home?.id, device: expect.stringMatching(/^strip-/) })
    // Before anything of it is published, or nobody could be given it.
    expect(house.effects.indexOf(made ?? { kind: 'joining', until: null })).toBe(0)
    expect(house.published('/status')).toEqual([{ status: 'offline', since: START, reason: 'never_connected' }])
    expect(house.all('SELECT requires_auth, auth_method, auth_token_hash, connection_method FROM devices')).toEqual(
      Array(2).fill({ requires_auth: 0, auth_method: 'none', auth_token_hash: null, connection_method: 'zigbee' }),
    )
    expect(device).toMatch(/^lamp-/)
  })
})
