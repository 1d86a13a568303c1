import type { Database, Statement } from '../../../shared/sqlite/open.ts'
import { isLevel } from '../../../shared/topics.ts'
import type { Takes } from '../control/entity-orders.ts'
import { OWN_SOURCE } from '../devices/entity.ts'
import { fold } from '../house/named-house.ts'
import type { ShownDevice, ShownEntity } from './shown-device.ts'

interface DeviceRow {
  id: string
  house: string
  house_name: string
  name: string
  brand: string | null
  model: string | null
  details: string
  capabilities: string
  room: string | null
  via: string | null
  logs_in: 0 | 1
}

interface EntityRow extends Omit<ShownEntity, 'isOwn' | 'takes' | 'category' | 'says'> {
  source: string
  uniqueId: string | null
  orders: string | null
  options: string | null
  range: string | null
  limits: string | null
}

/** What whoever speaks for a device says of one of its entities. */
interface Announced {
  uniqueId: string
  category: ShownEntity['category']
  options: readonly string[] | null
}

const BUTTON = 'button:'

const DEVICE =
  'SELECT d.id, d.house_id AS house, h.name AS house_name, d.name, d.detected_brand AS brand, d.detected_model AS model, ' +
  'd.capability_details AS details, d.capabilities, r.name AS room, v.id AS via, d.auth_token_hash IS NOT NULL AS logs_in ' +
  'FROM devices d JOIN houses h ON h.id = d.house_id LEFT JOIN rooms r ON r.id = d.room_id ' +
  'LEFT JOIN devices v ON v.id = d.hub_id AND v.revoked_at IS NULL AND v.house_id = d.house_id ' +
  'WHERE d.id = ? AND d.revoked_at IS NULL AND h.removed_at IS NULL'
const ENTITIES =
  'SELECT e.key, e.name, e.entity_type AS type, e.source, e.unique_id AS uniqueId, e.device_class AS deviceClass, e.sensor_type AS kind, ' +
  "coalesce(e.unit_of_measurement, '') AS unit, e.icon, o.orders, o.options, o.range, o.limits FROM device_entities e " +
  'LEFT JOIN entity_orders o ON o.entity_id = e.id WHERE e.device_id = ? AND e.is_enabled = 1 AND e.is_visible = 1 ORDER BY e.key'

export interface ShownDevicesParts {
  db: Database
  /** Names or ids of houses that are shown; `null`: all. */
  houses: readonly string[] | null
  /** Whether what a source speaks for is announced to Home Assistant by its maker already. */
  isTwin(source: string): boolean
}

/** Devices as they are to be announced, by what the tables say now. */
export class ShownDevices {
  #parts: ShownDevicesParts
  #device: Statement
  #entities: Statement
  #announced: Statement
  #houses: ReadonlySet<string> | null

  constructor(parts: ShownDevicesParts) {
    this.#parts = parts
    const { db, houses } = parts
    this.#device = db.prepare(DEVICE)
    this.#entities = db.prepare(ENTITIES)
    this.#announced = db
      .prepare("SELECT announced FROM maker_devices WHERE device_id = ? AND speaks = 1 AND status = 'accepted'")
      .pluck()
    this.#houses = houses && new Set(houses.map(fold))
  }

  /** `null`: it is not to be seen. */
  find(id: string): ShownDevice | null {
    const row = this.#device.get(id) as DeviceRow | undefined
    // Another program may have written it: what cannot stand on a topic must not keep all others from being seen.
    if (!row || !isLevel(id) || !isLevel(row.house) || !this.#isShown(row)) return null
    const entities = (this.#entities.all(id) as EntityRow[]).filter(({ key }) => isLevel(key))
    const sources = [...new Set(entities.map(({ source }) => source))]
    const twins = new Set(sources.filter((source) => source !== OWN_SOURCE && this.#parts.isTwin(source)))
    const shown = entities.filter(({ source }) => !twins.has(source))
    const said = this.#said(id)
    const { details, capabilities, logs_in, house_name: _, ...device } = row
    return {
      ...device,
      version: versionIn(details),
      isAgent: logs_in === 1,
      buttons: readJson<string[]>(capabilities, []).flatMap((one) =>
        typeof one === 'string' && one.startsWith(BUTTON) ? [one.substring(BUTTON.length)] : [],
      ),
      entities: shown.map((entity) => shownEntity(entity, said.get(entity.uniqueId ?? ''))),
    }
  }

  #isShown({ house, house_name }: DeviceRow): boolean {
    return this.#houses === null || this.#houses.has(fold(house_name)) || this.#houses.has(fold(house))
  }

  #said(device: string): ReadonlyMap<string, Announced> {
    const text = this.#announced.get(device)
    const { entities = [] } = readJson<{ entities?: Announced[] }>(text, {})
    return new Map(entities.map((entity) => [entity.uniqueId, entity]))
  }
}

function shownEntity(row: EntityRow, said: Announced | undefined): ShownEntity {
  const { source, uniqueId: _, orders, options, range, limits, ...entity } = row
  const takes: Takes | null =
    orders === null
      ? null
      : {
          ...{ orders: readJson(orders, []), options: readJson(options, null), range: readJson(range, null) },
          limits: readJson(limits, {}),
        }
  const isOwn = source === OWN_SOURCE
  return { ...entity, isOwn, takes, category: said?.category ?? null, says: said?.options ?? null }
}

function versionIn(details: string): string | null {
  const { agent, version } = readJson<{ agent?: unknown; version?: unknown }>(details, {})
  const said = version ?? agent
  return typeof said === 'string' ? said : null
}

/** Of another program's row nothing is known. */
function readJson<T>(text: unknown, otherwise: T): T {
  if (typeof text !== 'string') return otherwise
  try {
    return (JSON.parse(text) as T) ?? otherwise
  } catch {
    return otherwise
  }
}
