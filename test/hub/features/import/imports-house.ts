import type { Caller } from '../../../../hub/engine/caller.ts'
import { prepareRows } from '../../../../hub/features/import/prepare-rows.ts'
import type { AdminResponse } from '../../../../shared/messages/admin-response.ts'
import { ask, commandInput, data, LOCAL } from '../../engine/ask.ts'
import type { TestHouse } from '../../engine/engine-in-memory.ts'

export interface AnsweredImport {
  devices: {
    line: number | null
    name: string | null
    outcome: string
    device: string | null
    says: string | null
    hint: string | null
    sealed: string[]
    kept: string[]
    integration: string | null
    device_class: string | null
    sure: number | null
  }[]
  rooms: { name: string; house: string }[]
}

type Row = Record<string, unknown>

/** Has a house take these rows, as the door does: prepared beside the broker, with nothing of them in the request. */
export function askImport(
  house: TestHouse,
  rows: readonly Row[],
  wish: Row = {},
  caller: Caller = LOCAL,
): AdminResponse {
  const prepared = prepareRows(rows, {
    ...{ keyring: house.keys.keyring(), now: house.now },
    makeKey: () => house.keys.make(),
  })
  return ask(house, commandInput('import/devices', { devices: [], ...wish }, { prepared, caller }))
}

export function imported(
  house: TestHouse,
  rows: readonly Row[],
  wish: Row = {},
  caller: Caller = LOCAL,
): AnsweredImport {
  return data<AnsweredImport>(askImport(house, rows, wish, caller))
}

/** What became of each row, and why. */
export function outcomes(...given: Parameters<typeof imported>): string[] {
  return imported(...given).devices.map(({ outcome, says }) => (says === null ? outcome : `${outcome}: ${says}`))
}

export const deviceRows = (house: TestHouse, columns: string) =>
  house.all(`SELECT ${columns} FROM devices WHERE discovery_method = 'legacy_migration' ORDER BY name, id`)

/** Every row of every table but what is sealed. */
export function everything(house: TestHouse): string {
  const tables = house.db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all() as string[]
  return JSON.stringify(tables.map((table) => [table, house.all(`SELECT * FROM "${table}"`)]))
}
