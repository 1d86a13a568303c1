import type { Database } from '../../../../shared/sqlite/open.ts'
import { openTestHouse, START, type TestHouse } from '../../engine/engine-in-memory.ts'

interface Thing {
  device: string
  name: string
  type: string
  deviceClass?: string
  kind?: string
  unit?: string
  /** Absent: it can only be read. */
  orders?: readonly string[]
  latest?: string | number
}

const SWITCHED = ['on', 'off']
const DIMMED = ['on', 'off', 'level']

/** A device in each of these rooms, with what it has. */
const ROOMS: Readonly<Record<string, readonly [english: string, german: string, things: readonly Thing[]]>> = {
  kitchen: [
    'kitchen',
    'Küche',
    [
      { device: 'kitchen lamp|Küchenlampe', name: 'light', type: 'light', orders: DIMMED, latest: 'off' },
      { device: 'coffee machine|Kaffeemaschine', name: 'power', type: 'switch', orders: SWITCHED, latest: 'on' },
      { device: 'washing machine|Waschmaschine', name: 'plug', type: 'switch', orders: SWITCHED, latest: 'on' },
      {
        device: 'washing machine|Waschmaschine',
        name: 'power use',
        type: 'sensor',
        kind: 'power',
        unit: 'W',
        latest: 412,
      },
    ],
  ],
  living: [
    'living room',
    'Wohnzimmer',
    [
      { device: 'floor lamp|Stehlampe', name: 'light', type: 'light', orders: DIMMED, latest: 'on' },
      { device: 'ceiling light|Deckenlampe', name: 'light', type: 'light', orders: DIMMED, latest: 'on' },
      {
        device: 'blind|Rollo',
        name: 'cover',
        type: 'cover',
        orders: ['open', 'close', 'stop', 'position'],
        latest: 'open',
      },
      { device: 'heater|Heizung', name: 'climate', type: 'climate', orders: ['temperature'], latest: 'heat' },
      {
        device: 'sensor living|Sensor Wohnzimmer',
        name: 'brightness',
        type: 'sensor',
        kind: 'illuminance',
        unit: 'lx',
        latest: 320,
      },
    ],
  ],
  bed: [
    'bedroom',
    'Schlafzimmer',
    [
      { device: 'bedside lamp|Nachttischlampe', name: 'light', type: 'light', orders: DIMMED, latest: 'off' },
      { device: 'fan|Ventilator', name: 'fan', type: 'fan', orders: DIMMED, latest: 'off' },
      {
        device: 'sensor bed|Sensor Schlafzimmer',
        name: 'co2',
        type: 'sensor',
        kind: 'carbon_dioxide',
        unit: 'ppm',
        latest: 812,
      },
    ],
  ],
  bath: ['bathroom', 'Badezimmer', []],
  hall: [
    'hall',
    'Flur',
    [{ device: 'front door|Haustür', name: 'lock', type: 'lock', orders: ['lock', 'unlock'], latest: 'locked' }],
  ],
  garage: [
    'garage',
    'Garage',
    [
      { device: 'garage window|Garagenfenster', name: 'contact', type: 'binary_sensor', kind: 'opening', latest: 1 },
      {
        device: 'garage door|Garagentor',
        name: 'door',
        type: 'cover',
        deviceClass: 'garage',
        orders: ['open', 'close'],
        latest: 'closed',
      },
    ],
  ],
}

const SPEAKERS = [
  ['kitchen', 'kitchen speaker', 'Küchenlautsprecher'],
  ['living', 'living room speaker', 'Wohnzimmerlautsprecher'],
  ['bed', 'bedroom speaker', 'Schlafzimmerlautsprecher'],
] as const

const PERSONAS = [
  ['nurse', 'nurse', 'Schwester'],
  ['butler', 'butler', 'Butler'],
] as const

/** A house of six rooms with lamps, sensors, three speakers, two people and three personas, called so in one language. */
export function spokenHouse(language: 'en' | 'de', now = START): TestHouse {
  const house = openTestHouse({ now })
  const at = language === 'en' ? 0 : 1
  const { db } = house
  const [home] = house.all<{ id: string }>('SELECT id FROM houses')
  const id = home?.id ?? ''
  db.prepare("UPDATE houses SET timezone = 'Europe/Berlin'").run()
  for (const [room, [english, german, things]] of Object.entries(ROOMS)) {
    insert(db, 'rooms', { id: room, house_id: id, name: at === 0 ? english : german, room_type: 'other' })
    addDevice(house, { id: `climate-${room}`, name: at === 0 ? `${english} sensor` : `${german} Fühler`, room })
    for (const [kind, unit, value] of [
      ['temperature', '°C', 21.5],
      ['humidity', '%', 48],
    ] as const)
      addEntity(db, `climate-${room}`, { device: '', name: kind, type: 'sensor', kind, unit, latest: value })
    for (const thing of things) {
      const name = thing.device.split('|')[at] ?? ''
      const device = `${room}-${thing.device.split('|')[0]?.replaceAll(' ', '-')}`
      if (house.all('SELECT 1 FROM devices WHERE id = ?', device).length === 0)
        addDevice(house, { id: device, name, room })
      addEntity(db, device, thing)
    }
  }
  addDevice(house, { id: 'garden', name: at === 0 ? 'garden' : 'Garten', room: null })
  addEntity(db, 'garden', {
    device: '',
    name: 'temperature',
    type: 'sensor',
    kind: 'temperature',
    unit: '°C',
    latest: 7.5,
  })
  for (const [room, ...names] of SPEAKERS) addDevice(house, { id: `${room}-speaker`, name: names[at] ?? '', room })
  for (const name of ['Anna', 'Ben'])
    insert(db, 'people', { id: name, house_id: id, name, role: 'resident', is_present: name === 'Anna' ? 1 : 0 })
  for (const [persona, ...names] of PERSONAS) insert(db, 'personas', { id: persona, name: names[at] ?? '' })
  db.prepare("UPDATE personas SET name = ? WHERE id = 'companion'").run(at === 0 ? 'companion' : 'Begleiter')
  return house
}

function addDevice(house: TestHouse, { id, name, room }: { id: string; name: string; room: string | null }): void {
  house.device(id, 'zigbee2mqtt')
  house.db.prepare("UPDATE devices SET name = ?, room_id = ?, status = 'online' WHERE id = ?").run(name, room, id)
}

function addEntity(db: Database, device: string, thing: Thing): void {
  const key = thing.name.replaceAll(' ', '_')
  const id = `${device}/${key}`
  const latest =
    thing.latest === undefined
      ? null
      : JSON.stringify({ value: thing.latest, unit: thing.unit ?? '', at: START, quality: 1, time_quality: 'good' })
  insert(db, 'device_entities', {
    ...{
      id,
      device_id: device,
      source: 'bridge',
      entity_id: `${thing.type}.${id}`,
      unique_id: id,
      key,
      name: thing.name,
    },
    ...{ entity_type: thing.type, device_class: thing.deviceClass ?? null, sensor_type: thing.kind ?? null, latest },
  })
  if (thing.orders)
    db.prepare("INSERT INTO entity_orders (entity_id, orders, limits) VALUES (?, ?, '{}')").run(
      id,
      JSON.stringify(thing.orders),
    )
}

function insert(db: Database, table: string, row: Record<string, string | number | null>): void {
  const whole = { ...row, created_at: START, updated_at: START }
  const columns = Object.keys(whole)
  db.prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`).run(
    ...Object.values(whole),
  )
}
