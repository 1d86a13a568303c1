import { LaresError } from '../../../shared/errors.ts'
import type { CallContext } from '../../engine/admin-command.ts'
import { updateRow } from '../../query/row-changes.ts'
import { insertDevice } from '../devices/joining.ts'
import { tellProblems } from '../devices/tell-device.ts'
import { houseNamed } from '../house/named-house.ts'
import type { ImportedRooms } from './imported-rooms.ts'
import type { KnownRow, KnownRows } from './known-rows.ts'
import { type RowToImport, SAID, type SaidColumn } from './prepare-rows.ts'
import { rowKeys } from './row-key.ts'
import { hasCredentials, keepCredentials } from './sealed-credentials.ts'

/** What becomes of a row. */
export const OUTCOMES = ['new', 'same', 'changed', 'updated', 'removed', 'moved', 'name_taken', 'broken'] as const
export type RowOutcome = (typeof OUTCOMES)[number]

/** How rows are to be taken. */
export interface ImportWish {
  house?: string | undefined
  /** What a list says anew of a device is written. */
  update: boolean
  /** Devices that a person removed are made again. */
  again: boolean
  /** Also rows whose name another device of the house has. */
  same_names: boolean
  /** Nothing is written. */
  dry_run: boolean
}

/** What one request knows while its rows are imported. */
export interface Importing {
  context: CallContext
  wish: ImportWish
  known: KnownRows
  rooms: ImportedRooms
  /** Keys of rows of this request. */
  met: Map<string, number | null>
}

export interface ImportedOne {
  outcome: RowOutcome
  device: string | null
  house: string | null
  says: string | null
  hint: string | null
}

/**
 * Imports one row. A row that was imported before is the same device for ever: what the list says anew of it is written only where
 * that is wished, and only what the list itself changed since, so that nothing is undone that people said meanwhile.
 */
export function importRow(importing: Importing, given: RowToImport): ImportedOne {
  const { context, wish, known, met } = importing
  const house = houseOf(context, given.row.house ?? wish.house)
  if (typeof house !== 'string') return house
  const [key, ...others] = rowKeys(house, given.row)
  const before = known.find([key, ...others])
  const id = before?.id ?? key
  const first = met.get(id)
  if (first !== undefined)
    return broken(
      `the row of line ${first ?? '?'} is the same device`,
      'Give each row an id of its own, or a name of its own.',
    )
  met.set(id, given.line)
  return before === null
    ? newRow(importing, { given, house, key })
    : knownRow(importing, { given, house, key: before.id, before })
}

interface Row {
  given: RowToImport
  house: string
  key: string
}

function newRow(importing: Importing, row: Row): ImportedOne {
  const { wish, known } = importing
  const { given, house } = row
  const holder = wish.same_names ? null : known.holderOf(house, given.row.name)
  if (holder === null) return make(importing, row)
  return {
    ...{ outcome: 'name_taken', device: holder, house },
    says: `the house has a device ${given.row.name} already, which came from no list: ${holder}`,
    hint: 'Rename one of the two, or say --same-names to have both.',
  }
}

function knownRow(importing: Importing, row: Row & { before: KnownRow }): ImportedOne {
  const { context, wish } = importing
  const { before, house } = row
  const { device } = before
  if (device === null || before.isRevoked) {
    if (wish.again) return make(importing, row)
    const says = device === null ? 'its device was erased since' : `its device ${device} was shut out since`
    return { outcome: 'removed', device: null, house, says, hint: 'It stays away. To have it again, say --again.' }
  }
  // Who may configure the house of the list need not see the one where it is now.
  if (before.house !== house)
    return { outcome: 'moved', device: null, house, says: 'its device is in another house now', hint: null }
  const changed = changedColumns(context, device, row)
  if (changed.length === 0) return { outcome: 'same', device, house, says: null, hint: null }
  const says = `the list says something else now: ${changed.join(', ')}`
  if (!wish.update) return { outcome: 'changed', device, house, says, hint: 'To have that written, say --update.' }
  if (!wish.dry_run) update(importing, { ...row, device, changed })
  return { outcome: 'updated', device, house, says, hint: null }
}

function changedColumns(
  context: CallContext,
  device: string,
  { given, before }: Row & { before: KnownRow },
): SaidColumn[] {
  const isOther = (column: SaidColumn) =>
    given.said[column] !== before.said[column] ||
    (column === 'api_config' && !hasCredentials(context, device, given.credentials))
  return SAID.filter(isOther)
}

/** Makes the device of a row. */
function make({ context, wish, known, rooms }: Importing, { given, house, key }: Row): ImportedOne {
  const { now, caller } = context
  const { row, kind, sets, credentials } = given
  const room = rooms.roomOf(house, row.room)
  if (room instanceof LaresError) return broken(room.message, room.hint)
  if (wish.dry_run) return { outcome: 'new', device: null, house, says: null, hint: null }
  const device = insertDevice(context, {
    ...{ name: row.name, type: given.deviceType, house, secretHash: null },
    ...{ integration: kind.integration, discovery: 'legacy_migration', hardware: null },
  })
  updateRow(
    context,
    { table: 'devices', id: device },
    { ...Object.assign({}, ...Object.values(sets)), room_id: room, ...letIn(context, given) },
  )
  known.write(key, { house, device, said: given.said, now })
  context.addEvent({
    ...{ type: 'device_imported', device, house, source: 'user' },
    data: { name: row.name, sealed: credentials === null ? 0 : given.sealed.length, by: caller.principal },
  })
  return { outcome: 'new', device, house, says: null, hint: null }
}

/** Writes what the list says anew. */
function update(
  { context, known, rooms }: Importing,
  { given, house, key, device, changed }: Row & { device: string; changed: SaidColumn[] },
): void {
  const sets = changed.map((column) => (column === 'room' ? {} : given.sets[column]))
  const room = changed.includes('room') ? rooms.roomOf(house, given.row.room) : null
  updateRow(
    context,
    { table: 'devices', id: device },
    {
      ...Object.assign({}, ...sets),
      ...(changed.includes('room') && !(room instanceof LaresError) ? { room_id: room } : {}),
      ...(changed.includes('api_config') ? letIn(context, given) : {}),
    },
  )
  if (changed.includes('name')) tellProblems(context, device)
  known.write(key, { house, device, said: given.said, now: context.now })
  context.addEvent({
    ...{ type: 'device_imported_again', device, house, source: 'user' },
    data: { changed, by: context.caller.principal },
  })
}

/** What lets the hub in at the device, in its own table. Those that it had go with this. */
function letIn(context: CallContext, { credentials, kind }: RowToImport) {
  if (credentials === null) return { credentials_id: null, requires_auth: 0, auth_method: 'none' }
  const method = { oauth_token: 'oauth', api_key: kind.authMethod ?? 'api_key', username_password: 'username_password' }
  return {
    credentials_id: keepCredentials(context, credentials),
    ...{ requires_auth: 1, auth_method: method[credentials.credential_type] },
  }
}

/** The house of a row, or why there is none. */
function houseOf(context: CallContext, named: string | undefined): string | ImportedOne {
  try {
    return houseNamed(context, named)
  } catch (error) {
    if (error instanceof LaresError) return broken(error.message, error.hint)
    throw error
  }
}

export function broken(says: string, hint: string | null): ImportedOne {
  return { outcome: 'broken', device: null, house: null, says, hint }
}
