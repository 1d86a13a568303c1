import { LaresError } from '../../../shared/errors.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import type { CallContext, QueryContext } from '../../engine/admin-command.ts'
import { type RowChanges, updateRow } from '../../query/row-changes.ts'
import { houseNamed } from '../house/named-house.ts'
import { GROUP, type NamedKind, PERSON, ROOM, rowNamed } from '../house/named-row.ts'
import { setPresent } from '../presence/at-home.ts'
import { accountIn, isNone } from './device-people.ts'
import { type DevicePlace, devicePlace } from './device-place.ts'
import { deviceNamed } from './named-device.ts'
import { tellNewHouse } from './tell-new-house.ts'

type Asking = Pick<QueryContext, 'db' | 'caller'>

/** Where a device is to belong, as people name it. What is absent stays; "none" is nowhere, or nobody. */
export interface MoveWish {
  device: string
  house?: string | undefined
  room?: string | undefined
  group?: string | undefined
  owner?: string | undefined
  carried_by?: string | undefined
}

interface Row {
  id: string
  name: string
  house_id: string
  room_id: string | null
  group_id: string | null
  owner_id: string | null
  carried_by: string | null
  hub_id: string | null
  revoked_at: number | null
}

interface Step {
  row: Row
  changes: RowChanges
}

interface Plan {
  device: Row
  house: string
  /** The device first; behind it those that are reached through it and go with it to another house. */
  steps: Step[]
  was: DevicePlace
}

export interface Moved extends DevicePlace {
  device: string
  /** Where it belonged until now: what somebody else may have said a moment ago. */
  was: DevicePlace
  /** How many devices that are reached through it went with it. */
  with_it: number
}

const ROWS = 'SELECT id, name, house_id, room_id, group_id, owner_id, carried_by, hub_id, revoked_at FROM devices'

/**
 * Moves a device within a house, or to another with all that it measured. Decided here, in the transaction that does it: what a
 * request before this one did is what this one finds. Throws `not_found`, `forbidden` and `bad_params`.
 */
export function moveDevice(context: CallContext, wish: MoveWish): Moved {
  const { db } = context
  const { device, house, steps, was } = plan(context, wish)
  const [{ changes: own } = { changes: {} as RowChanges }] = steps
  for (const { row, changes } of steps) {
    updateRow(context, { table: 'devices', id: row.id }, changes)
    if (Object.keys(changes).length > 0) noteMove(context, { row, changes })
  }
  context.changed()
  if (own.carried_by != null) tellCarrier(context, device.id)
  if (house !== device.house_id)
    tellNewHouse(context, { devices: steps.map(({ row }) => row.id), from: device.house_id, to: house })
  return { device: device.id, ...devicePlace(db, device.id), was, with_it: steps.length - 1 }
}

/** What a move takes away, in a sentence; `null`: nothing that somebody else said is undone. */
export function moveLoss(asking: QueryContext, wish: MoveWish): string | null {
  const { db } = asking
  const { device, house, steps, was } = plan(asking, wish)
  const { name, id } = device
  const [{ changes } = { changes: {} as RowChanges }] = steps
  if (house === device.house_id) {
    const ends = [
      ...(changes.group_id != null && was.group !== null ? [`is in the group ${was.group}`] : []),
      ...(changes.owner_id != null && was.owner !== null ? [`belongs to ${was.owner}`] : []),
      ...(changes.carried_by != null && was.carried_by !== null ? [`is carried by ${was.carried_by}`] : []),
    ]
    return ends.length === 0 ? null : `${name} (${id}) ${ends.join(' and ')}; that ends.`
  }
  const to = String(db.prepare('SELECT name FROM houses WHERE id = ?').pluck().get(house))
  const left = [
    ...(was.room !== null ? [`It leaves the room ${was.room}.`] : []),
    ...('group_id' in changes && was.group !== null ? [`It leaves the group ${was.group}.`] : []),
    ...('owner_id' in changes && was.owner !== null ? [`It belongs to ${was.owner} no longer.`] : []),
    ...('carried_by' in changes && was.carried_by !== null ? [`${was.carried_by} carries it no longer.`] : []),
  ]
  const others = steps.length - 1
  return (
    `${name} (${id}) will move from ${was.house} to ${to} with all that it measured and what was said to it: who belongs ` +
    `to ${was.house} alone sees none of it any more, and who belongs to ${to} sees all.` +
    left.map((sentence) => ` ${sentence}`).join('') +
    (others === 0 ? '' : ` ${others === 1 ? 'One device' : `${others} devices`} reached through it will move too.`)
  )
}

/** Who takes what can be reached is where it is. */
function tellCarrier(context: CallContext, device: string): void {
  const person = context.db
    .prepare("SELECT carried_by FROM devices WHERE id = ? AND status IN ('online', 'busy') AND carried_by IS NOT NULL")
    .pluck()
    .get(device) as string | undefined
  if (person !== undefined)
    setPresent(context, person, { present: true, at: context.now, data: { device }, source: 'device' })
}

function plan(asking: Asking, wish: MoveWish): Plan {
  const { db } = asking
  const device = db.prepare(`${ROWS} WHERE id = ?`).get(deviceNamed(asking, wish.device)) as Row
  if (device.revoked_at !== null)
    throw new LaresError('not_found', `${device.name} was shut out`, {
      hint: 'Devices that are there are listed by: lares devices list.',
    })
  const house = wish.house === undefined ? device.house_id : houseNamed(asking, wish.house)
  const isLeaving = house !== device.house_id
  if (isLeaving) refuseWithoutHub(db, device)
  const wanted = { ...(isLeaving ? leaving(db, device, house) : {}), ...wished(asking, wish, house) }
  const steps = [
    { row: device, changes: changed(device, wanted) },
    ...(isLeaving ? reachedThrough(db, device.id) : []).map((row) => ({
      row,
      changes: changed(row, leaving(db, row, house)),
    })),
  ]
  return { device, house, steps, was: devicePlace(db, device.id) }
}

/** What people wish to be said of it, of the house in which it will be. */
function wished(asking: Asking, wish: MoveWish, house: string): RowChanges {
  const named = (kind: NamedKind) => (given: string) => rowNamed(asking, kind, given, house).id
  const told = (column: string, given: string | undefined, find: (given: string) => string): RowChanges =>
    given === undefined ? {} : { [column]: isNone(given) ? null : find(given) }
  return {
    ...told('room_id', wish.room, named(ROOM)),
    ...told('group_id', wish.group, named(GROUP)),
    ...told('owner_id', wish.owner, (given) => accountIn(asking, given, house)),
    ...told('carried_by', wish.carried_by, named(PERSON)),
  }
}

/** What a device leaves behind in another house: its room, who carries it, and what the new house has not. */
function leaving(db: Database, row: Row, house: string): RowChanges {
  const groupStays = db
    .prepare('SELECT 1 FROM device_groups WHERE id = ? AND (house_id IS NULL OR house_id = ?)')
    .get(row.group_id, house)
  const ownerStays = db.prepare('SELECT 1 FROM people WHERE user_id = ? AND house_id = ?').get(row.owner_id, house)
  return {
    ...{ house_id: house, room_id: null, carried_by: null },
    ...(groupStays ? {} : { group_id: null }),
    ...(ownerStays ? {} : { owner_id: null }),
  }
}

function changed(row: Row, wanted: RowChanges): RowChanges {
  return Object.fromEntries(Object.entries(wanted).filter(([column, value]) => row[column as keyof Row] !== value))
}

/** What is reached through something else is where that is. */
function refuseWithoutHub(db: Database, { name, hub_id, house_id }: Row): void {
  const hub = db
    .prepare('SELECT id, name FROM devices WHERE id = ? AND house_id = ? AND revoked_at IS NULL')
    .get(hub_id, house_id) as Pick<Row, 'id' | 'name'> | undefined
  if (!hub) return
  throw new LaresError('bad_params', `${name} is reached through ${hub.name}, which stays`, {
    hint: `Move that one, and this goes with it: lares devices move ${hub.id} --house HOUSE.`,
  })
}

function reachedThrough(db: Database, device: string): Row[] {
  const below =
    'WITH RECURSIVE below (id) AS (SELECT id FROM devices WHERE hub_id = ? UNION SELECT d.id FROM devices d JOIN below b ON d.hub_id = b.id) '
  return db
    .prepare(`${below}${ROWS} WHERE id IN (SELECT id FROM below) AND id <> ? ORDER BY id`)
    .all(device, device) as Row[]
}

/** Each house hears of it, as far as it is its own. */
function noteMove(context: CallContext, { row, changes }: Step): void {
  const was = Object.fromEntries(Object.keys(changes).map((column) => [column, row[column as keyof Row]]))
  const houses = new Set([row.house_id, (changes.house_id as string | undefined) ?? row.house_id])
  for (const house of houses)
    context.addEvent({
      ...{ type: 'device_moved', device: row.id, house, source: 'user' },
      data: { is: changes, was, by: context.caller.principal },
    })
}
