import type { MakerEntity } from '../../../../hub/features/makers/inputs.ts'
import type { TestHouse } from '../../engine/engine-in-memory.ts'
import { wanted } from './makers-house.ts'

interface Row {
  id: string
  source: string
  identity: string
  identities: string
  status: string
  device_id: string | null
  speaks: number
  is_registered: number
  announced: string
  revoked_at: number | null
  device: string | null
}

/**
 * What does not agree among the rows that say what another maker's device is here: itself, its device, the entities of that, what they
 * can be told, and whose states are wanted. Of a house that has just begun: empty means that it lies before or after everything that was
 * done to it, and nowhere between.
 */
export function disagreements(house: TestHouse): string[] {
  const rows = house.all<Row>(
    'SELECT m.*, d.id AS device, d.revoked_at FROM maker_devices m LEFT JOIN devices d ON d.id = m.device_id ORDER BY m.id',
  )
  return [
    ...rows.flatMap((row) => ofRow(house, row)),
    ...rows.filter(({ speaks }) => speaks === 1).flatMap((row) => ofEntities(house, row)),
    ...ofDevices(house),
    ...ofWanted(house, rows),
    ...house.all('PRAGMA foreign_key_check').map((row) => `a row points nowhere: ${JSON.stringify(row)}`),
  ]
}

function ofRow(house: TestHouse, row: Row): string[] {
  const { status, device_id, device, revoked_at, speaks, is_registered, id, identity } = row
  const faults: string[] = []
  const say = (isWrong: boolean, words: string) => isWrong && faults.push(`${row.source} ${identity}: ${words}`)
  say(device_id !== null && (device === null || revoked_at !== null), 'has a device that is no more')
  say(status === 'accepted' && device_id === null, 'is accepted and no device')
  say((status === 'waiting' || status === 'ignored') && device_id !== null, `is ${status} and a device`)
  say(speaks === 1 && device_id === null, 'speaks for nobody')
  say(speaks === 1 && is_registered === 0, 'is not registered')
  const known = house.all<{ identity: string }>('SELECT identity FROM maker_identities WHERE maker_device = ?', id)
  say(
    !isSame(
      known.map((one) => one.identity),
      JSON.parse(row.identities) as string[],
    ),
    'is not found by its identities',
  )
  return faults
}

/** The device has what is announced, each once, with the orders that it takes. */
function ofEntities(house: TestHouse, { identity, source, device_id, announced }: Row): string[] {
  const said = (JSON.parse(announced) as { entities: MakerEntity[] }).entities.filter(({ enabled }) => enabled)
  const has = house.all<{ unique_id: string; orders: string | null }>(
    'SELECT e.unique_id, o.orders FROM device_entities e LEFT JOIN entity_orders o ON o.entity_id = e.id ' +
      'WHERE e.device_id = ? AND e.source = ? AND e.is_enabled = 1',
    device_id,
    source,
  )
  const words = (uniqueId: string, orders: readonly string[] | null) => `${uniqueId} ${JSON.stringify(orders)}`
  const faults = isSame(
    said.map(({ uniqueId, orders }) => words(uniqueId, orders)),
    has.map(({ unique_id, orders }) => words(unique_id, JSON.parse(orders ?? 'null') as string[] | null)),
  )
  return faults ? [] : [`${source} ${identity}: its entities are ${has.map(({ unique_id }) => unique_id).join(', ')}`]
}

/** Each device that was accepted is told of from one place, and no entity is left of one that is not. */
function ofDevices(house: TestHouse): string[] {
  const spoken = house.all<{ name: string; speakers: number }>(
    'SELECT d.name, (SELECT count(*) FROM maker_devices m WHERE m.device_id = d.id AND m.speaks = 1) AS speakers FROM devices d ' +
      "WHERE d.discovery_method = 'mqtt_discovery' AND d.revoked_at IS NULL",
  )
  const strays = house.all<{ unique_id: string }>(
    "SELECT e.unique_id FROM device_entities e JOIN devices d ON d.id = e.device_id WHERE e.source <> 'lares' AND e.is_enabled = 1 " +
      'AND d.revoked_at IS NULL AND NOT EXISTS (SELECT 1 FROM maker_devices m WHERE m.device_id = d.id AND m.speaks = 1 AND m.source = e.source)',
  )
  return [
    ...spoken.filter(({ speakers }) => speakers !== 1).map(({ name, speakers }) => `${name} has ${speakers} speakers`),
    ...strays.map(({ unique_id }) => `${unique_id} is nobody's`),
  ]
}

function ofWanted(house: TestHouse, rows: readonly Row[]): string[] {
  house.restart()
  const told = wanted(house).flatMap(([source, identities]) =>
    (identities as string[]).map((one) => `${source} ${one}`),
  )
  const speaking = rows.filter(({ speaks, status }) => speaks === 1 && status === 'accepted')
  const due = speaking.map(({ source, identity }) => `${source} ${identity}`)
  return isSame(told, due) ? [] : [`wanted are ${told.join(', ')}, and ${due.join(', ')} speak`]
}

function isSame(some: readonly string[], others: readonly string[]): boolean {
  return JSON.stringify([...some].sort()) === JSON.stringify([...others].sort())
}
