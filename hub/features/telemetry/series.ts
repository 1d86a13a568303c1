import type { Database, Statement } from '../../../shared/sqlite/open.ts'
import type { Context } from '../../engine/context.ts'

export interface SeriesKey {
  device: string
  sensor: string
  kind: string
  unit: string
  entity: string
}

/** Series by (device, sensor, kind, unit): what would otherwise stand on every reading. */
export class SeriesIndex {
  #ids = new Map<string, number>()
  #read: Statement
  #insert: Statement

  constructor(db: Database) {
    this.#read = db
      .prepare('SELECT id FROM reading_series WHERE device_id = ? AND sensor = ? AND sensor_type = ? AND unit = ?')
      .pluck()
    this.#insert = db.prepare(
      'INSERT INTO reading_series (device_id, sensor, sensor_type, unit, entity_id, created_at) VALUES (?, ?, ?, ?, ?, ?)',
    )
  }

  id(context: Context, key: SeriesKey): number {
    const name = `${key.device}\n${key.sensor}\n${key.kind}\n${key.unit}`
    let id = this.#ids.get(name)
    if (id === undefined) {
      const stored = this.#read.get(key.device, key.sensor, key.kind, key.unit) as number | undefined
      id =
        stored ??
        Number(this.#insert.run(key.device, key.sensor, key.kind, key.unit, key.entity, context.now).lastInsertRowid)
      this.#ids.set(name, id)
    }
    return id
  }

  forget(): void {
    this.#ids.clear()
  }
}
