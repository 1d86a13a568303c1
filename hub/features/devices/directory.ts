import type { Database, Statement } from '../../../shared/sqlite/open.ts'
import { isLevel } from '../../../shared/topics.ts'

export interface KnownDevice {
  id: string
  name: string
  house: string
  integration: string
  connects: number
}

interface Row {
  id: string
  name: string
  house_id: string
  integration_type: string
  connects: number
  revoked_at: number | null
}

/** The devices that may speak, by id. Read from the table when first asked for. */
export class Directory {
  #known = new Map<string, KnownDevice | null>()
  #read: Statement

  constructor(db: Database) {
    this.#read = db.prepare(
      'SELECT id, name, house_id, integration_type, connects, revoked_at FROM devices WHERE id = ?',
    )
  }

  /** `null` when the device is unknown, revoked, or has an id that can stand on no topic. */
  find(id: string): KnownDevice | null {
    const known = this.#known.get(id)
    if (known !== undefined) return known
    const row = this.#read.get(id) as Row | undefined
    const device =
      row && row.revoked_at === null && isLevel(row.id)
        ? { id: row.id, name: row.name, house: row.house_id, integration: row.integration_type, connects: row.connects }
        : null
    if (this.#known.size > 10_000) this.#known.clear()
    this.#known.set(id, device)
    return device
  }

  forget(): void {
    this.#known.clear()
  }
}
