import { differences, type Tally } from './comparison.ts'
import type { Conversation } from './conversation.ts'
import { type DeviceView, type HouseView, isOther } from './house-view.ts'
import type { DemoView, PlaceView } from './look.ts'

/** What `--once` still waits for, in words. */
export function missing({ places, trouble }: DemoView, { speaking }: { speaking: boolean }): string[] {
  return [...(trouble === null ? [] : [trouble]), ...places.flatMap((place) => missingIn(place, speaking))]
}

function missingIn({ name, house, here, there, still }: PlaceView, speaking: boolean): string[] {
  const waits = house.devices.flatMap((device) =>
    isOther(device)
      ? missingOf(device)
      : [
          ...(device.heartbeats > 0 ? [] : [`a heartbeat of ${device.name}`]),
          ...(device.readings.length > 0 ? [] : [`readings of ${device.name}`]),
          ...(device.device_type !== 'smart_speaker' || device.clips > 0 || !speaking
            ? []
            : [`a session of ${device.name}`]),
        ],
  )
  const { state, rows_behind, quarantine, managed } = house.sync
  if (state !== 'running') waits.push(`${name} to reach central (${state})`)
  if (rows_behind > 0) waits.push(`${rows_behind} rows of ${name}`)
  if (quarantine > 0) waits.push(`${quarantine} rows of ${name} that central refused`)
  if (managed === 0) waits.push(`central's persona at ${name}`)
  if (there === null) waits.push(`central's rows of ${name}`)
  else waits.push(...differences(here, there).map((difference) => `${name} (${difference})`))
  if (!still) waits.push(`a moment in which ${name} is still`)
  return waits
}

/** Of a lamp or a contact that a bridge speaks for. */
function missingOf({ name, status, entities, done }: DeviceView): string[] {
  const light = entities.find(({ entity_type }) => entity_type === 'light')
  return [
    ...(status === 'online' ? [] : [`${name} to be reached`]),
    ...(entities.some(({ state }) => state !== null) ? [] : [`a state of ${name}`]),
    ...(light === undefined || done > 0 ? [] : [`the button that switches ${name}`]),
  ]
}

/** What `--once` still waits for of the conversation. */
export function unsaid({ exchanges, handedOver, gaveBack, trouble, isOver }: Conversation): string[] {
  if (trouble !== null) return [`the conversation (${trouble})`]
  if (isOver) return []
  const step = gaveBack
    ? 'to go on after the emergency'
    : handedOver
      ? 'an emergency in it'
      : `answer ${exchanges.length + 1}`
  return [`the conversation (${step})`]
}

/** What the last line of `--once` says of it. */
export function talkCounts({ exchanges, saidAgain, handedOver, gaveBack, isOver }: Conversation): object {
  const [first = null, ...times] = exchanges.flatMap(({ latencyMs }) => latencyMs ?? []).toSorted((a, b) => a - b)
  return {
    ...{
      whole: isOver,
      answers: exchanges.length,
      said_again: saidAgain,
      handed_over: handedOver,
      gave_back: gaveBack,
    },
    ...{ fastest_ms: first, slowest_ms: times.at(-1) ?? first },
  }
}

/** What the last line of `--once` says; sums over both houses. */
export function countsOf({ places }: DemoView): Record<string, unknown> {
  const houses = (count: (house: HouseView) => number) => sum(places, ({ house }) => count(house))
  const devices = (count: (device: DeviceView) => number) => houses((house) => sum(house.devices, count))
  return {
    devices: houses((house) => house.devices.length),
    of_other_makers: devices((device) => (isOther(device) ? 1 : 0)),
    switched: devices((device) => device.done),
    heartbeats: devices((device) => device.heartbeats),
    readings: houses((house) => house.readings),
    messages: houses((house) => house.ledger.applied),
    duplicates: houses((house) => house.ledger.duplicate),
    rejected: houses((house) => house.ledger.rejected),
    sessions: houses((house) => house.sessions),
    turns: devices((device) => device.turns.length),
    clips: houses((house) => house.clips),
    sites: places.filter(({ there }) => there !== null).length,
    central: centralCounts(places),
    managed_rows: houses((house) => house.sync.managed),
    rows_behind: houses((house) => house.sync.rows_behind),
    seconds_behind: Math.max(...places.map(({ house }) => house.sync.seconds_behind)),
    quarantined: houses((house) => house.sync.quarantine),
  }
}

/** Under the names of central's tables, but `clips`, which is called as above. */
function centralCounts(places: readonly PlaceView[]): Record<string, number> {
  const rows = (table: string) => sum(places, ({ there }) => rowsOf(there, table))
  const tables = ['readings', 'reading_series', 'events', 'devices', 'device_entities', 'sessions', 'turns', 'houses']
  return { ...Object.fromEntries(tables.map((table) => [table, rows(table)])), clips: rows('audio_clips') }
}

export function rowsOf(tally: Tally | null, table: string): number {
  return tally?.get(table) ?? 0
}

function sum<T>(items: readonly T[], count: (item: T) => number): number {
  return items.reduce((total, item) => total + count(item), 0)
}
