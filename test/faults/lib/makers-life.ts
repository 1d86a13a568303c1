import { openStore } from '../../../hub/store/open-store.ts'
import { silentLog } from '../../../shared/log.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import { ask, commandInput } from '../../hub/engine/ask.ts'
import { openTestHouse, START, type TestHouse } from '../../hub/engine/engine-in-memory.ts'
import { add, asked } from '../../hub/features/bridges/bridges-house.ts'
import {
  accepted,
  deviceOf,
  entityOf,
  lampOf,
  reach,
  saying,
  source,
  states,
  Z2M,
} from '../../hub/features/makers/makers-house.ts'

const PLUG = deviceOf('0x2', {
  name: 'Plug',
  entities: [entityOf('0x2', 'switch', { orders: ['on', 'off', 'toggle'] })],
})
const REMOTE = deviceOf('0x3', { name: 'Remote', entities: [entityOf('0x3', 'event')] })
const AT_ATTIC = { source: 'attic' }
const named = (key: string) =>
  ({ kind: 'maker_sources', sources: [{ key, dialect: 'zigbee2mqtt', house: 'Home' }] }) as const

/** What people and bridges do, each as it is asked for or said. */
export const MAKER_ACTS = {
  'one is accepted': (house) => ask(house, commandInput('makers/accept', { maker: 'Plug', room: 'Hall' })),
  'all are accepted': (house) => ask(house, commandInput('makers/accept', { all: true })),
  'one is ignored': (house) => ask(house, commandInput('makers/ignore', { maker: 'Plug' })),
  'one is renamed at its bridge': (house) =>
    house.send(
      saying([
        { ...lampOf(), name: 'Reading lamp', identities: ['zigbee2mqtt_0x1', 'ieee:0x1', 'name:reading'] },
        PLUG,
        REMOTE,
      ]),
    ),
  'one is renamed by a person': (house) => ask(house, commandInput('devices/rename', { device: 'Lamp', name: 'Sun' })),
  'one is revoked': (house) => ask(house, commandInput('devices/revoke', { device: 'Lamp' })),
  'one is erased': (house) => {
    ask(house, commandInput('devices/erase', { device: 'Lamp' }))
    for (let seconds = 0; seconds < 5; seconds += 1) house.tick(1_000)
  },
  'one leaves': (house) => house.send(saying([PLUG, REMOTE])),
  'their broker has another name': (house) => house.send(named('attic'), saying([lampOf(), PLUG, REMOTE], AT_ATTIC)),
  'a bridge is added': (house) => add(house, 'tasmota'),
  'a bridge is removed': (house) => asked(house, 'remove', { bridge: 'zigbee2mqtt' }),
} as const satisfies Record<string, (house: TestHouse) => unknown>

export type MakerAct = keyof typeof MAKER_ACTS

/** A house with a lamp that was accepted and has a history, two devices that wait, and a bridge that had one. */
export function fillMakers(folder: string): void {
  const { db, ...store } = openStore({ folder, now: START, log: silentLog })
  const house = openTestHouse({ db })
  ask(house, commandInput('rooms/create', { name: 'Hall' }))
  add(house)
  house.send(named(Z2M), source(true), saying([lampOf(), PLUG, REMOTE]))
  accepted(house)
  house.send(reach('zigbee2mqtt_0x1', true))
  for (const value of [20.5, 21]) {
    house.now += 1_000
    house.send(
      states(
        { uniqueId: 'sensor/0x1_temperature', state: value },
        { uniqueId: 'light/0x1_state', state: value > 20.6 },
      ),
    )
  }
  const ofBridge = { source: 'hub-zigbee2mqtt' }
  house.send(
    source(true, null, ofBridge.source),
    saying([deviceOf('0x9', { name: 'Far', identity: 'far', identities: ['far'] })], ofBridge),
  )
  accepted(house, 'Far')
  store.close()
}

/** The house of a folder, which somebody may look at; `watch` sees its database before anything is prepared. */
export function openMakers(
  folder: string,
  watch: (db: Database) => void = () => {},
): { house: TestHouse; close: () => void } {
  const { db, ...store } = openStore({ folder, now: START, log: silentLog })
  watch(db)
  return { house: openTestHouse({ db, now: START + 60_000 }), close: () => store.close() }
}

/** Has `at` called before each statement that writes, and around each commit. */
export function watchWrites(db: Database, at: (moment: 'write' | 'commit' | 'committed') => void): void {
  const { prepare, exec } = db
  db.prepare = function (this: Database, sql: string) {
    const statement = prepare.call(this, sql)
    if (!/^\s*(?:INSERT|UPDATE|DELETE)/i.test(sql)) return statement
    for (const name of ['run', 'get', 'all'] as const) {
      const execute = statement[name] as (...values: unknown[]) => unknown
      Object.defineProperty(statement, name, {
        value(...values: unknown[]) {
          at('write')
          return execute.apply(statement, values)
        },
      })
    }
    return statement
  } as typeof prepare
  db.exec = function (this: Database, sql: string) {
    const isCommit = sql === 'COMMIT'
    if (isCommit) at('commit')
    else if (/^\s*(?:INSERT|UPDATE|DELETE)/i.test(sql)) at('write')
    const answer = exec.call(this, sql)
    if (isCommit) at('committed')
    return answer
  }
}

/** What a person would say of the house: without ids, times and what nobody did. */
export function lookAtMakers({ all }: TestHouse): Record<string, unknown[]> {
  return {
    makers: all(
      'SELECT source, identity, name, status, device_id IS NOT NULL AS is_device, speaks FROM maker_devices ORDER BY source, identity',
    ),
    devices: all(
      'SELECT name, room_id IS NOT NULL AS is_in_room, revoked_at IS NOT NULL AS is_revoked FROM devices ORDER BY name, revoked_at',
    ),
    entities: all('SELECT source, unique_id, key, is_enabled FROM device_entities ORDER BY source, unique_id'),
    orders: all(
      'SELECT e.unique_id, o.orders FROM entity_orders o JOIN device_entities e ON e.id = o.entity_id ORDER BY e.unique_id',
    ),
    bridges: all('SELECT name, prefix FROM bridges ORDER BY name'),
    history: all('SELECT count(*) AS readings FROM readings'),
    events: all(
      "SELECT event_type, count(*) AS n FROM events WHERE event_type LIKE 'maker_device%' OR event_type LIKE 'bridge_%' OR event_type IN ('state_changed', 'device_revoked', 'device_renamed') GROUP BY event_type ORDER BY event_type",
    ),
  }
}
