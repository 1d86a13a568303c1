import type { Database, Statement } from '../../../shared/sqlite/open.ts'
import type { Context } from '../../engine/context.ts'
import type { Entity } from '../devices/entity.ts'

/** An entity that measures something. */
type Measuring = Pick<Entity, 'id' | 'unit'> & { kind: string }

interface KnownSeries {
  device: string
  sensor: string
  kind: string
  unit: string
  id: number
}

/** Series by (device, sensor, kind, unit): what would otherwise stand on every reading. */
export class SeriesIndex {
  /** By entity: where it belonged and what it measured last is nearly always the next, but a bridge may move it. */
  #known = new Map<string, KnownSeries>()
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

  /** The key of the series of an entity as it is now, made when it is new. */
  id(context: Context, { device, sensor }: { device: string; sensor: string }, entity: Measuring): number {
    const { kind, unit } = entity
    const known = this.#known.get(entity.id)
    const isSame = known?.device === device && known.sensor === sensor && known.kind === kind && known.unit === unit
    if (isSame) return known.id
    const stored = this.#read.get(device, sensor, kind, unit) as number | undefined
    const id = stored ?? Number(this.#insert.run(device, sensor, kind, unit, entity.id, context.now).lastInsertRowid)
    this.#known.set(entity.id, { device, sensor, kind, unit, id })
    return id
  }

  forget(): void {
    this.#known.clear()
  }
}
