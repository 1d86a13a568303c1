import { cleanText } from '../../../shared/clean-text.ts'
import { cutText } from '../../../shared/cut-text.ts'
import type { OrderLimits } from '../../../shared/entity-order.ts'
import { MAKER_LIMITS } from '../../../shared/limits.ts'
import type { MakerDevice, MakerEntity } from './inputs.ts'

/** Known, not connected, and why. */
export type UnconnectedPart = MakerDevice['notConnected'][number]

/** What is kept of the entities of an announcement. */
export interface KeptAnnouncement {
  entities: MakerEntity[]
  not_connected: UnconnectedPart[]
}

/** A device as it was announced, clean and bounded. */
export interface ReadMaker {
  identity: string
  identities: string[]
  name: string
  brand: string | null
  model: string | null
  version: string | null
  via: string | null
  area: string | null
  entities: number
  /** Entities beyond what is kept. */
  leftOut: number
  /** JSON of `KeptAnnouncement`. */
  announced: string
}

/** Reasons of one device that are kept: more is no help. */
const REASONS_KEPT = 50

/** The announcement as it is kept; `null` when nothing of it can identify the device. */
export function readMakerDevice(given: MakerDevice): ReadMaker | null {
  const identities = [...new Set([given.identity, ...given.identities])].filter(identifies)
  const [identity] = identities
  if (identity === undefined) return null
  const model = label(given.model, 255)
  const read = given.entities.map(readEntity)
  const usable = read.filter((entity) => 'uniqueId' in entity)
  const { texts, leftOut } = within(usable)
  const reasons = [...read.filter((entity) => 'reason' in entity), ...given.notConnected.map(readReason)]
  return {
    identity,
    identities: identities.slice(0, MAKER_LIMITS.identities),
    name: label(given.name, 255) ?? model ?? identity,
    brand: label(given.brand, 100),
    model,
    version: label(given.version, 100),
    via: given.via !== null && identifies(given.via) ? given.via : null,
    area: label(given.area, 255),
    entities: texts.length,
    leftOut,
    announced: `{"entities":[${texts.join(',')}],"not_connected":${JSON.stringify(reasons.slice(0, REASONS_KEPT))}}`,
  }
}

/** What identifies something is taken as it is, or not at all: cut, it would stand for another thing. */
function identifies(text: string): boolean {
  return text !== '' && text.length <= 255 && text.isWellFormed() && !text.includes('\0')
}

function label(text: string | null, max: number): string | null {
  return text === null ? null : cutText(cleanText(text), max) || null
}

function readEntity(given: MakerEntity): MakerEntity | UnconnectedPart {
  const component = label(given.component, 50) ?? 'sensor'
  const name = label(given.name, 255)
  const unusable = (reason: string) => ({ part: label(given.uniqueId, 60) ?? '', component, name, reason })
  if (!identifies(given.uniqueId)) return unusable('its unique id is empty, longer than 255 characters, or no text')
  if (!identifies(given.entityId)) return unusable('its entity id is empty, longer than 255 characters, or no text')
  return {
    uniqueId: given.uniqueId,
    entityId: given.entityId,
    name,
    component,
    deviceClass: label(given.deviceClass, 50),
    icon: label(given.icon, 100),
    enabled: given.enabled,
    category: given.category,
    measures: given.measures && { unit: label(given.measures.unit, 20) ?? '' },
    orders: given.orders,
    options: given.options?.flatMap((option) => label(option, 255) ?? []) ?? null,
    range: given.range,
    limits: readLimits(given.limits),
  }
}

/** Words of limits are names, too. */
function readLimits(given: MakerEntity['limits'] = {}): OrderLimits {
  return Object.fromEntries(
    Object.entries(given).map(([order, { options, ...limit }]) => [
      order,
      { ...limit, ...(options && { options: options.flatMap((option) => label(option, 255) ?? []) }) },
    ]),
  )
}

function readReason({ part, component, name, reason }: UnconnectedPart): UnconnectedPart {
  return {
    part: label(part, 60) ?? '',
    component: label(component, 50) ?? '',
    name: label(name, 255),
    reason: label(reason, 300) ?? 'not said',
  }
}

/** As many entities, in their order, as there is room for. */
function within(entities: readonly MakerEntity[]): { texts: string[]; leftOut: number } {
  const texts: string[] = []
  let bytes = 0
  for (const entity of entities) {
    const text = JSON.stringify(entity)
    bytes += Buffer.byteLength(text) + 1
    if (bytes > MAKER_LIMITS.announcedBytes) break
    texts.push(text)
  }
  return { texts, leftOut: entities.length - texts.length }
}
