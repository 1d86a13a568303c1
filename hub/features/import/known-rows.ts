import type { Database, Statement } from '../../../shared/sqlite/open.ts'
import { fold } from '../house/named-house.ts'

/** A row that was imported before. */
export interface KnownRow {
  id: string
  /** `null`: its device was erased. */
  device: string | null
  /** Where the device is now. */
  house: string | null
  isRevoked: boolean
  said: Record<string, string>
}

/** The rows that were imported before, and the names that devices had without them, as one transaction sees them. */
export class KnownRows {
  #find: Statement
  #insert: Statement
  #update: Statement
  #names: Statement
  /** By house. */
  #taken = new Map<string, ReadonlyMap<string, string>>()

  constructor(db: Database) {
    this.#find = db.prepare(
      'SELECT i.id, i.device_id AS device, d.house_id AS house, d.revoked_at IS NOT NULL AS revoked, i.said ' +
        'FROM imported_devices i LEFT JOIN devices d ON d.id = i.device_id WHERE i.id = ?',
    )
    this.#insert = db.prepare(
      'INSERT INTO imported_devices (id, house_id, device_id, said, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)',
    )
    this.#update = db.prepare('UPDATE imported_devices SET device_id = ?, said = ?, updated_at = ? WHERE id = ?')
    this.#names = db.prepare(
      'SELECT d.name, d.id FROM devices d WHERE d.house_id = ? AND d.revoked_at IS NULL ' +
        'AND NOT EXISTS (SELECT 1 FROM imported_devices i WHERE i.device_id = d.id) ORDER BY d.id',
    )
  }

  /** The first of these keys that is known. */
  find(keys: readonly string[]): KnownRow | null {
    for (const key of keys) {
      const row = this.#find.get(key) as
        | { id: string; device: string | null; house: string | null; revoked: 0 | 1; said: string }
        | undefined
      if (row === undefined) continue
      const { revoked, said, ...rest } = row
      return { ...rest, isRevoked: revoked === 1, said: JSON.parse(said) as Record<string, string> }
    }
    return null
  }

  write(key: string, row: { house: string; device: string; said: Record<string, string>; now: number }): void {
    const said = JSON.stringify(row.said)
    if (this.#update.run(row.device, said, row.now, key).changes > 0) return
    this.#insert.run(key, row.house, row.device, said, row.now, row.now)
  }

  /** The device of the house that is called so and came from no list, by its id. */
  holderOf(house: string, name: string): string | null {
    let names = this.#taken.get(house)
    if (names === undefined) {
      names = new Map((this.#names.all(house) as { name: string; id: string }[]).map((one) => [fold(one.name), one.id]))
      this.#taken.set(house, names)
    }
    return names.get(fold(name)) ?? null
  }
}
