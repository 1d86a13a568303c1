import type { State } from '../../../shared/messages/state.ts'
import { stateText } from '../../../shared/state-text.ts'
import { NewestReadings } from '../telemetry/newest-readings.ts'
import type { SpokenValue } from './answer-words.ts'
import { type Answer, nearest, placeSlot, thingsSlot, type VoiceAsked, wordSlot } from './asked.ts'

/** What a room is asked for when nobody says what. */
const CLIMATE = ['temperature', 'humidity', 'carbon_dioxide']
/** More values nobody remembers. */
const MOST_VALUES = 4
/** How warm a processor is says nothing of its room. */
const OF_THE_MACHINE = /^(cpu|soc|gpu|board|disk|memory|wifi|nvme)_/

interface Sensor {
  id: string
  name: string
  key: string
  kind: string | null
  unit: string | null
  room: string | null
  device: string
  device_name: string
  device_status: string
  latest: string | null
  type: string
}

const READ =
  'SELECT e.id, e.name, e.key, e.sensor_type AS kind, e.unit_of_measurement AS unit, d.room_id AS room, d.id AS device, d.name AS device_name, ' +
  'd.status AS device_status, e.latest, e.entity_type AS type FROM device_entities e JOIN devices d ON d.id = e.device_id ' +
  'WHERE d.house_id = ? AND e.is_enabled = 1 AND d.revoked_at IS NULL ORDER BY e.name, e.id'

export function answerReading(asked: VoiceAsked): Answer {
  const { words, slots, device } = asked
  const measure = wordSlot(asked, 'measure')
  const things = slots.thing === undefined ? null : thingsSlot(asked)
  const kinds = measure !== null ? [measure] : things === null ? CLIMATE : null
  const place = placeSlot(asked, 'room')
  const all = sensorsOf(asked).filter(
    (sensor) => sensor.kind !== null && (kinds === null || kinds.includes(sensor.kind)),
  )
  const named = things === null ? all.filter(isOfRoom) : ofThings(all, things)
  const room = place?.id ?? (things === null ? device?.room : null) ?? null
  const near = room === null ? named : named.filter((sensor) => sensor.room === room)
  const values = near.flatMap((sensor) => newestOf(asked, sensor, place?.name ?? null))
  if (values.length === 0)
    return { text: words.noValue(slots.thing?.heard ?? place?.name ?? slots.measure?.heard ?? device?.name ?? '') }
  return { text: words.values(values.filter((_, at) => at < MOST_VALUES)) }
}

export function answerStatus(asked: VoiceAsked): Answer {
  const { words, slots } = asked
  if (slots.battery !== undefined) return answerReading({ ...asked, slots: { ...slots, measure: BATTERY } })
  const all = sensorsOf(asked)
  if (slots.thing === undefined) return lights(asked, all)
  const things = nearest(asked, thingsSlot(asked))
  const states = things.flatMap((thing) => {
    const own = thing.kind === 'entity' ? all.filter(({ id }) => id === thing.id) : mainOf(all, thing.device)
    const [first] = own
    if (!first) return thing.kind === 'device' ? [words.state(thing.name, deviceState(asked, thing.device))] : []
    if (first.device_status === 'offline') return [words.state(thing.name, 'offline')]
    const state = stateOf(first)
    return [state === null ? words.unknownState(thing.name) : words.state(thing.name, state)]
  })
  const [first] = states
  return { text: first ?? words.unknownState(slots.thing.heard) }
}

const BATTERY = { value: 'battery', heard: 'battery' }

/** Which lights are on: of a room, or all. */
function lights(asked: VoiceAsked, all: readonly Sensor[]): Answer {
  const { words } = asked
  const room = placeSlot(asked, 'room')
  const found = all.filter(({ type, room: of }) => type === 'light' && (room === null || of === room.id))
  if (found.length === 0) return { text: words.noLight(room?.name ?? null) }
  return { text: found.map((one) => words.state(one.name, stateOf(one) ?? 'unavailable')).join(' ') }
}

function sensorsOf({ context, house }: VoiceAsked): Sensor[] {
  return context.db.prepare(READ).all(house.id) as Sensor[]
}

function isOfRoom({ key }: Sensor): boolean {
  return !OF_THE_MACHINE.test(key)
}

function ofThings(all: readonly Sensor[], things: ReturnType<typeof thingsSlot>): Sensor[] {
  const ids = new Set(things.map(({ id }) => id))
  const own = all.filter(({ id }) => ids.has(id))
  if (own.length > 0) return own
  // A lamp has no power of its own where its plug measures it.
  const devices = new Set(things.map(({ device }) => device))
  return all.filter(({ device }) => devices.has(device))
}

function newestOf(
  { context }: VoiceAsked,
  { id, name, device_name, unit, latest }: Sensor,
  room: string | null,
): SpokenValue[] {
  const series = context.db.prepare('SELECT id, unit FROM reading_series WHERE entity_id = ?').all(id) as {
    id: number
    unit: string
  }[]
  const newest = new NewestReadings(context.db, { latest: context.now })
  const readings = series.flatMap((one) => {
    const reading = newest.of(one.id)
    return reading ? [{ ...reading, unit: one.unit }] : []
  })
  const state = parsed(latest)
  if (typeof state?.value === 'number')
    readings.push({ time: state.at, value: state.value, unit: state.unit, quality: 1, time_quality: 'good' })
  const [best] = readings.sort((one, other) => other.time - one.time)
  if (!best) return []
  const of = room === null ? device_name : room
  return [
    {
      name: `${of}, ${name}`,
      value: best.value,
      unit: best.unit || (unit ?? ''),
      ageMs: Math.max(0, context.now - best.time),
    },
  ]
}

function mainOf(all: readonly Sensor[], device: string): Sensor[] {
  const types = ['light', 'switch', 'cover', 'lock', 'climate', 'fan', 'binary_sensor']
  return all
    .filter((one) => one.device === device && types.includes(one.type))
    .sort((one, other) => types.indexOf(one.type) - types.indexOf(other.type))
}

function deviceState({ context }: VoiceAsked, device: string): string {
  return context.db.prepare('SELECT status FROM devices WHERE id = ?').pluck().get(device) as string
}

/** In Home Assistant's words; of a contact whether it is open. */
function stateOf({ latest, kind, type }: Sensor): string | null {
  const state = parsed(latest)
  if (state === null) return null
  const isOpening = kind === 'opening' || (type === 'binary_sensor' && /door|window|opening/.test(String(kind)))
  const value =
    typeof state.value === 'number' && (state.value === 0 || state.value === 1) ? state.value === 1 : state.value
  const text = stateText({ ...state, value })
  if (isOpening && (text === 'on' || text === 'off')) return text === 'on' ? 'open' : 'closed'
  return text
}

function parsed(latest: string | null): State | null {
  if (latest === null) return null
  try {
    return JSON.parse(latest) as State
  } catch {
    return null
  }
}
