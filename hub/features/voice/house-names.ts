import type { Database } from '../../../shared/sqlite/open.ts'
import { heatersAlike, lightsAlike, roomsAlike } from '../../language/alike.ts'
import { type NameEntry, NameList, type ReadList } from '../../language/lists.ts'
import { EMERGENCY_PRIORITY } from '../personas/definition.ts'
import { isEverByVoice } from './by-voice.ts'
import { spokenNamesOf } from './spoken-names.ts'

/** Something in the house that has a name. */
export interface NamedThing {
  kind: 'entity' | 'device'
  id: string
  name: string
  device: string
  room: string | null
}

export interface SpokenPlace {
  id: string
  name: string
}

/** Columns by which somebody may call something, or that say whether it is there. */
const WATCHED: Readonly<Record<string, string>> = {
  devices: 'name, room_id, house_id, revoked_at',
  device_entities: 'name, device_id, is_enabled, entity_type, device_class',
  entity_orders: 'orders',
  rooms: 'name, house_id',
  people: 'name, house_id',
  personas: 'name, is_active, priority',
  spoken_names: 'name, room_id, device_id, entity_id',
}

type DeviceRow = NamedThing & { room_name: string | null }

interface EntityRow {
  type: string
  device_class: string | null
  is_told: 0 | 1
  id: string
  name: string
  device: string
  device_name: string
  room: string | null
  room_name: string | null
}

/**
 * How everything in a house is called, for sentences. Read when it is asked for and kept until a name changes: triggers on this
 * connection see to that, so that no part of the hub can forget to say so, and a reading costs nothing.
 */
export class HouseNames {
  readonly #db: Database
  #houses = new Map<string, ReadonlyMap<string, ReadList>>()
  #readAt = -1

  constructor(db: Database) {
    this.#db = db
    db.exec('CREATE TEMP TABLE IF NOT EXISTS voice_names (version INTEGER NOT NULL)')
    db.exec('INSERT INTO temp.voice_names SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM temp.voice_names)')
    for (const [table, columns] of Object.entries(WATCHED))
      for (const on of ['INSERT', 'DELETE', `UPDATE OF ${columns}`])
        db.exec(
          `CREATE TEMP TRIGGER IF NOT EXISTS voice_names_${table}_${on.split(' ')[0]} AFTER ${on} ON main."${table}" ` +
            'BEGIN UPDATE voice_names SET version = version + 1; END',
        )
  }

  /** The lists of a house by their names in templates. */
  of(house: string): ReadonlyMap<string, ReadList> {
    const version = this.#db.prepare('SELECT version FROM temp.voice_names').pluck().get() as number
    if (version !== this.#readAt) this.#houses.clear()
    this.#readAt = version
    const known = this.#houses.get(house)
    if (known) return known
    const lists = this.#read(house)
    this.#houses.set(house, lists)
    return lists
  }

  #read(house: string): ReadonlyMap<string, ReadList> {
    const all = (sql: string, ...values: string[]) => this.#db.prepare(sql).all(...values) as SpokenPlace[]
    const rooms = all('SELECT id, name FROM rooms WHERE house_id = ? ORDER BY name, id', house)
    const people = all('SELECT id, name FROM people WHERE house_id = ? ORDER BY name, id', house)
    const personas = this.#db
      .prepare('SELECT id, name FROM personas WHERE is_active = 1 AND priority < ? ORDER BY name, id')
      .all(EMERGENCY_PRIORITY) as SpokenPlace[]
    const devices = this.#db
      .prepare(
        "SELECT 'device' AS kind, d.id, d.name, d.id AS device, d.room_id AS room, r.name AS room_name FROM devices d " +
          'LEFT JOIN rooms r ON r.id = d.room_id WHERE d.house_id = ? AND d.revoked_at IS NULL ORDER BY d.name, d.id',
      )
      .all(house) as DeviceRow[]
    const entities = this.#db
      .prepare(
        'SELECT e.id, e.name, e.entity_type AS type, e.device_class, d.id AS device, d.name AS device_name, d.room_id AS room, r.name AS room_name, ' +
          "coalesce(o.orders, CASE e.source WHEN 'lares' THEN '*' END, '[]') <> '[]' AS is_told FROM device_entities e " +
          'JOIN devices d ON d.id = e.device_id LEFT JOIN rooms r ON r.id = d.room_id LEFT JOIN entity_orders o ON o.entity_id = e.id ' +
          'WHERE d.house_id = ? AND d.revoked_at IS NULL AND e.is_enabled = 1 ORDER BY e.name, e.id',
      )
      .all(house) as EntityRow[]
    const more = new Map<string, string[]>()
    for (const { of, name } of spokenNamesOf(this.#db, house)) more.set(of, [...(more.get(of) ?? []), name])
    const alsoOf = ({ id, device }: EntityRow) => [...(more.get(id) ?? []), ...(more.get(device) ?? [])].join(' ')
    const targets = entities.filter((row) => row.is_told === 1 && isEverByVoice({ ...row, also: alsoOf(row) }))
    const switched = new Set(targets.map(({ device }) => device))
    const own = devices.filter(({ id }) => switched.has(id))
    return new Map([
      ['thing', thingList(devices, entities, more)],
      ['target', thingList(own, targets, more)],
      ['device', namesOf(withMore(devices, more))],
      ['room', namesOf(withMore(rooms, more), roomsAlike)],
      ['person', namesOf(people)],
      ['persona', namesOf([...personas, ...personas.map((one) => ({ ...one, called: one.id }))])],
    ])
  }
}

type MoreNames = ReadonlyMap<string, readonly string[]>

/** Each once more for every other name that somebody gave it. */
function withMore<T extends SpokenPlace>(all: readonly T[], more: MoreNames): (T & { called?: string })[] {
  return all.flatMap((one) => [one, ...(more.get(one.id) ?? []).map((called) => ({ ...one, called }))])
}

/** Each by its name, or as it is called; and by words that mean the same. */
function namesOf(
  all: readonly (SpokenPlace & { called?: string })[],
  alike: (name: string) => readonly string[] = () => [],
): ReadList {
  const others = all.flatMap((one) => alike(one.name).map((name): NameEntry => [name, one]))
  return new NameList(
    all.map((one): NameEntry => [one.called ?? one.name, one]),
    others,
  ).all
}

/** What else a kind of entity, and a device that has one, is called. */
const ALIKE: ReadonlyMap<string, (name: string) => readonly string[]> = new Map([
  ['light', lightsAlike],
  ['climate', heatersAlike],
])

/** Everything by its own name, and by that with its device or its room before it; lamps and heaters by every word for them. */
function thingList(devices: readonly DeviceRow[], entities: readonly EntityRow[], more: MoreNames): ReadList {
  const names: NameEntry[] = []
  const others: NameEntry[] = []
  const kinds = new Map(entities.flatMap(({ type, device }) => (ALIKE.has(type) ? [[device, type] as const] : [])))
  const add = (name: string, room: string | null, thing: NamedThing, type: string) => {
    names.push([name, thing])
    const alike = ALIKE.get(type)?.(name) ?? []
    for (const other of alike) others.push([other, thing])
    if (room !== null) for (const one of [name, ...alike]) others.push([`${room} ${one}`, thing])
  }
  for (const { room_name, ...device } of devices)
    for (const name of [device.name, ...(more.get(device.id) ?? [])])
      add(name, room_name, device, kinds.get(device.id) ?? '')
  for (const { id, name, type, device, device_name, room, room_name } of entities) {
    const thing: NamedThing = { kind: 'entity', id, name, device, room }
    for (const one of [name, ...(more.get(id) ?? [])]) add(one, room_name, thing, type)
    names.push([`${device_name} ${name}`, thing])
  }
  return new NameList(names, others).all
}

const KNOWN = new WeakMap<Database, HouseNames>()

/** The names of the houses in this database. Made outside of a transaction, when the database is opened. */
export function houseNames(db: Database): HouseNames {
  const known = KNOWN.get(db)
  if (known) return known
  const made = new HouseNames(db)
  KNOWN.set(db, made)
  return made
}
