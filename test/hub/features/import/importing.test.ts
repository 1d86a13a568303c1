import { describe, expect, it } from 'vitest'
import { memberOf } from '../../callers.ts'
import { ask, commandInput, data, query } from '../../engine/ask.ts'
import { openTestHouse, START, type TestHouse } from '../../engine/engine-in-memory.ts'
import { accepted, lampOf, makersHouse } from '../makers/makers-house.ts'
import { askImport, deviceRows, everything, imported, outcomes } from './imports-house.ts'

const LAMP = { line: 2, name: 'Sofa lamp', type: 'light', brand: 'Philips', api_config: { ip: '192.168.1.20' } }
const HALL = { line: 3, name: 'Hall', type: 'thermostat', brand: 'Tado' }

const say = (house: TestHouse, verb: `${string}/${string}`, params: Record<string, unknown>) =>
  data(ask(house, commandInput(verb, params)))
const homeOf = (house: TestHouse) => String(house.all('SELECT id FROM houses ORDER BY created_at, id')[0]?.id)
const eventsOf = (house: TestHouse, type: string) =>
  house.all("SELECT json_extract(event_data, '$') AS data FROM events WHERE event_type = ? ORDER BY id", type).length

function twoHouses(): TestHouse {
  const house = openTestHouse()
  house.db.exec(
    `INSERT INTO houses (id, name, created_at, updated_at) VALUES ('cottage', 'Cottage', ${START + 1}, ${START + 1})`,
  )
  return house
}

describe('a row of a list', () => {
  it('is a device with what the list says, and with how it was found and how sure that is', () => {
    const house = openTestHouse()
    const [answer] = imported(house, [LAMP]).devices
    expect(answer).toMatchObject({ line: 2, name: 'Sofa lamp', outcome: 'new', integration: 'hue', sure: 0.9 })
    expect(
      deviceRows(
        house,
        'id, name, user_description, detected_brand, detected_model, integration_type, device_class, config_data, ' +
          'discovery_method, discovery_confidence, status, status_reason, requires_auth, auth_method, auth_token_hash, ' +
          'credentials_id, connection_method, requires_hub, capability_details, device_type',
      ),
    ).toEqual([
      {
        ...{ id: answer?.device, name: 'Sofa lamp', user_description: 'Philips light', detected_brand: 'Philips' },
        ...{ detected_model: null, integration_type: 'hue', device_class: 'light' },
        ...{ config_data: '{"ip":"192.168.1.20"}', discovery_method: 'legacy_migration', discovery_confidence: 0.9 },
        ...{ status: 'offline', status_reason: 'never_connected', requires_auth: 0, auth_method: 'none' },
        ...{ auth_token_hash: null, credentials_id: null, connection_method: 'zigbee', requires_hub: 1 },
        ...{ capability_details: '{"legacy":{"type":"light","brand":"Philips"}}', device_type: 'custom' },
      },
    ])
    expect(query(house, 'devices/show', { device: 'sofa lamp' })).toMatchObject({
      device: { status: 'offline', discovery_method: 'legacy_migration', discovery_confidence: 0.9 },
    })
    expect(eventsOf(house, 'device_imported')).toBe(1)
  })

  it('of a type and brand that nobody knows is one all the same, with its words', () => {
    const house = openTestHouse()
    expect(imported(house, [{ name: 'Thing', type: 'gizmo', brand: 'Acme' }]).devices).toMatchObject([
      { outcome: 'new', integration: 'unknown', device_class: 'unknown', sure: 0.1 },
    ])
    expect(deviceRows(house, 'user_description, detected_brand, capability_details')).toEqual([
      {
        ...{ user_description: 'Acme gizmo', detected_brand: 'Acme' },
        capability_details: '{"legacy":{"type":"gizmo","brand":"Acme"}}',
      },
    ])
  })

  it('brings its room, model, place and words, and columns that nobody knows', () => {
    const house = openTestHouse()
    say(house, 'rooms/create', { name: 'Kitchen' })
    const rows = [
      { ...LAMP, room: 'kitchen', model: 'A19', location: 'by the door', description: 'warm', more: { floor: 1 } },
      { ...HALL, room: 'Hall' },
      { name: 'Outside', room: 'none' },
    ]
    expect(imported(house, rows).rooms).toEqual([{ name: 'Hall', house: homeOf(house) }])
    expect(
      house.all(
        'SELECT d.name, r.name AS room, detected_model AS model, d.location, user_description AS words, config_data AS config FROM devices d LEFT JOIN rooms r ON r.id = d.room_id ORDER BY d.name DESC',
      ),
    ).toEqual([
      {
        ...{ name: 'Sofa lamp', room: 'Kitchen', model: 'A19', location: 'by the door', words: 'warm' },
        config: '{"ip":"192.168.1.20","legacy_columns":{"floor":1}}',
      },
      { name: 'Outside', room: null, model: null, location: null, words: null, config: '{}' },
      { name: 'Hall', room: 'Hall', model: null, location: null, words: 'Tado thermostat', config: '{}' },
    ])
    expect(house.all('SELECT num_rooms FROM houses')).toEqual([{ num_rooms: 2 }])
  })

  it('that cannot be read is named with its line and nothing of its values, and the others are taken', () => {
    const house = openTestHouse()
    const rows = [
      { line: 2, type: 'light' },
      { line: 3, name: 'x'.repeat(300) },
      { line: 4, name: 'Lamp', api_config: '{"password": "hunter2"' },
      { line: 5, name: 'Odd', api_config: ['hunter2'] },
      { line: 6, name: 'Cut', hunter2: 'surprise' },
      { line: 7, name: 'Room', room: 'r'.repeat(256) },
      { ...LAMP, line: 8 },
    ]
    const answer = imported(house, rows)
    expect(answer.devices.map(({ line, outcome, says }) => [line, outcome, says])).toEqual([
      [2, 'broken', 'name: is missing'],
      [3, 'broken', 'name: must have at most 255 characters'],
      [4, 'broken', expect.stringContaining('api_config: is no JSON object')],
      [5, 'broken', expect.stringContaining('api_config: is no JSON object')],
      [6, 'broken', 'it has fields that no row has: they belong into more'],
      [7, 'broken', expect.stringContaining('room: must have at most 255')],
      [8, 'new', null],
    ])
    expect(JSON.stringify(answer)).not.toContain('hunter2')
    expect(everything(house)).not.toContain('hunter2')
  })

  it('goes to the house that it names, else to the one that was said', () => {
    const house = twoHouses()
    const rows = [{ ...LAMP, house: 'cottage' }, HALL, { ...LAMP, line: 4, house: 'Nowhere' }]
    expect(outcomes(house, rows, { house: 'Home' })).toEqual(['new', 'new', 'broken: there is no house Nowhere'])
    expect(outcomes(house, [{ name: 'Lost' }])).toEqual(['broken: which house?'])
    expect(deviceRows(house, 'name, house_id')).toEqual([
      { name: 'Hall', house_id: homeOf(house) },
      { name: 'Sofa lamp', house_id: 'cottage' },
    ])
  })
})

describe('a list that comes again', () => {
  it('changes nothing', () => {
    const house = openTestHouse()
    const rows = [
      { ...LAMP, api_config: { b: 1, a: { token: 'x' } } },
      { ...HALL, room: 'Hall' },
    ]
    imported(house, rows)
    const before = JSON.stringify([deviceRows(house, '*'), house.all('SELECT * FROM device_credentials')])
    house.now += 60_000
    // The same row, in another order of its fields and with the configuration as a cell has it.
    const [lamp, hall] = [{ ...rows[0], api_config: '{"a":{"token":"x"},"b":1}' }, rows[1] ?? {}]
    const answer = imported(house, [hall, lamp], { update: true })
    expect(answer).toMatchObject({ devices: [{ outcome: 'same' }, { outcome: 'same' }], rooms: [] })
    expect(JSON.stringify([deviceRows(house, '*'), house.all('SELECT * FROM device_credentials')])).toBe(before)
    expect(house.all('SELECT count(*) AS rows FROM imported_devices')).toEqual([{ rows: 2 }])
  })

  it('knows a row by its id, whatever else of it is new', () => {
    const house = openTestHouse()
    imported(house, [{ ...LAMP, id: 17 }])
    expect(outcomes(house, [{ ...LAMP, id: '17', name: 'Reading lamp' }])).toEqual([
      'changed: the list says something else now: name',
    ])
    expect(deviceRows(house, 'name')).toEqual([{ name: 'Sofa lamp' }])
  })

  it('that has ids now finds the rows that had none', () => {
    const house = openTestHouse()
    imported(house, [LAMP])
    expect(outcomes(house, [{ ...LAMP, id: '17' }])).toEqual(['same'])
  })

  it('tells what it says anew, and writes that and no more when it is asked to', () => {
    const house = openTestHouse()
    imported(house, [LAMP])
    say(house, 'devices/rename', { device: 'Sofa lamp', name: 'Couch' })
    say(house, 'devices/update', { device: 'Couch', location: 'left' })
    const anew = { ...LAMP, brand: 'IKEA', api_config: { ip: '192.168.1.21' } }
    expect(outcomes(house, [anew])).toEqual(['changed: the list says something else now: brand, api_config'])
    expect(deviceRows(house, 'detected_brand, integration_type')).toEqual([
      { detected_brand: 'Philips', integration_type: 'hue' },
    ])
    expect(outcomes(house, [anew], { update: true })).toEqual([
      'updated: the list says something else now: brand, api_config',
    ])
    expect(deviceRows(house, 'name, location, detected_brand, integration_type, config_data')).toEqual([
      {
        ...{ name: 'Couch', location: 'left', detected_brand: 'IKEA', integration_type: 'tradfri' },
        config_data: '{"ip":"192.168.1.21"}',
      },
    ])
    expect(outcomes(house, [anew])).toEqual(['same'])
    expect(eventsOf(house, 'device_imported_again')).toBe(1)
  })

  it('leaves away what a person removed, shut out or erased, until it is asked for', () => {
    const house = openTestHouse()
    const [lamp, hall] = imported(house, [LAMP, HALL]).devices
    say(house, 'devices/revoke', { device: lamp?.device })
    say(house, 'devices/erase', { device: hall?.device })
    for (let ticks = 0; ticks < 20; ticks += 1) house.tick(1_000)
    const left = [`removed: its device ${lamp?.device} was shut out since`, 'removed: its device was erased since']
    expect(outcomes(house, [LAMP, HALL])).toEqual(left)
    expect(outcomes(house, [LAMP, HALL], { update: true })).toEqual(left)
    expect(deviceRows(house, 'name, revoked_at IS NULL AS there')).toEqual([{ name: 'Sofa lamp', there: 0 }])
    expect(outcomes(house, [LAMP, HALL], { again: true })).toEqual(['new', 'new'])
    expect(outcomes(house, [LAMP, HALL])).toEqual(['same', 'same'])
  })

  it('leaves alone what was moved to another house, and says nothing of it', () => {
    const house = twoHouses()
    const owner = memberOf('owner', homeOf(house))
    const [lamp] = imported(house, [LAMP], {}, owner).devices
    say(house, 'devices/move', { device: lamp?.device, house: 'Cottage' })
    const anew = { ...LAMP, brand: 'IKEA' }
    const answer = imported(house, [anew], { update: true, again: true }, owner)
    expect(answer.devices).toMatchObject([{ outcome: 'moved', device: null }])
    expect(JSON.stringify(answer)).not.toContain(lamp?.device)
    expect(deviceRows(house, 'detected_brand')).toEqual([{ detected_brand: 'Philips' }])
  })
})

describe('rows of one name', () => {
  it('are two devices, told apart by which they are', () => {
    const house = openTestHouse()
    const rows = [
      { name: 'Lamp', room: 'Kitchen' },
      { name: 'lamp', room: 'Hall', number: 2 },
    ]
    expect(outcomes(house, rows)).toEqual(['new', 'new'])
    expect(outcomes(house, rows)).toEqual(['same', 'same'])
  })

  it('that nothing tells apart are one, and the second is told', () => {
    const house = openTestHouse()
    const rows = [
      { line: 2, name: 'Lamp' },
      { line: 3, name: 'LAMP', type: 'light' },
    ]
    expect(outcomes(house, rows)).toEqual(['new', 'broken: the row of line 2 is the same device'])
    expect(deviceRows(house, 'name')).toEqual([{ name: 'Lamp' }])
  })

  it('of which a device of the house has the name wait until somebody wants both', () => {
    const house = makersHouse(lampOf())
    const device = accepted(house, 'Lamp')
    expect(outcomes(house, [{ name: 'lamp', type: 'light' }])).toEqual([
      `name_taken: the house has a device lamp already, which came from no list: ${device}`,
    ])
    expect(outcomes(house, [{ name: 'lamp', type: 'light' }], { same_names: true })).toEqual(['new'])
    expect(outcomes(house, [{ name: 'lamp', type: 'light' }])).toEqual(['same'])
  })

  it('keep no device of a bridge from being accepted, and nothing of the list is lost with it', () => {
    const house = makersHouse(lampOf())
    imported(house, [{ name: 'Lamp', type: 'light', api_config: { ip: '10.0.0.1' } }])
    const device = accepted(house, 'Lamp')
    expect(house.all("SELECT id FROM devices WHERE name = 'Lamp'")).toHaveLength(2)
    expect(deviceRows(house, 'config_data')).toEqual([{ config_data: '{"ip":"10.0.0.1"}' }])
    expect(query(house, 'devices/show', { device })).toMatchObject({ device: { integration_type: 'zigbee2mqtt' } })
  })
})

describe('who may import', () => {
  it('is who may configure the house, and into no other', () => {
    const house = twoHouses()
    const resident = memberOf('resident', homeOf(house))
    expect(askImport(house, [LAMP], {}, resident)).toMatchObject({ error: { code: 'forbidden' } })
    const owner = memberOf('owner', homeOf(house))
    const into = (named: string) => outcomes(house, [{ ...LAMP, house: named }], {}, owner)
    expect(into('Cottage')).toEqual(['broken: there is no house Cottage'])
    expect(into('cottage')).toEqual(['broken: there is no house cottage'])
    expect(outcomes(house, [LAMP], {}, owner)).toEqual(['new'])
    expect(deviceRows(house, 'house_id')).toEqual([{ house_id: homeOf(house) }])
  })
})

describe('a dry run', () => {
  it('says what would happen, and does nothing of it', () => {
    const house = openTestHouse()
    imported(house, [HALL])
    const before = [
      deviceRows(house, '*'),
      house.all('SELECT * FROM rooms'),
      house.all('SELECT * FROM imported_devices'),
    ]
    const rows = [
      { ...LAMP, room: 'Attic', api_config: { token: 't' } },
      { ...HALL, brand: 'Nest' },
    ]
    expect(imported(house, rows, { dry_run: true, update: true })).toMatchObject({
      devices: [{ outcome: 'new', device: null, sealed: ['/token'] }, { outcome: 'updated' }],
      rooms: [{ name: 'Attic' }],
    })
    expect([
      deviceRows(house, '*'),
      house.all('SELECT * FROM rooms'),
      house.all('SELECT * FROM imported_devices'),
    ]).toEqual(before)
    expect(house.all('SELECT * FROM device_credentials')).toEqual([])
  })
})
