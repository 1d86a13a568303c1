import type { Database } from '../../../shared/sqlite/open.ts'
import type { ToldEntity } from '../control/named-entity.ts'

/**
 * What may be done by voice: these kinds of entities, and these orders of each. Anybody who is heard can say it, also from a television
 * or through a window: so no lock, door, garage, siren, valve, alarm or update is among them, and nothing gets there by default.
 */
const BY_VOICE: ReadonlyMap<string, readonly string[]> = new Map([
  ['light', ['on', 'off', 'level']],
  ['switch', ['on', 'off']],
  ['fan', ['on', 'off', 'level']],
  ['humidifier', ['on', 'off', 'level']],
  ['media_player', ['on', 'off']],
  ['cover', ['open', 'close', 'level']],
  ['climate', ['on', 'off', 'level']],
])

/** Covers and switches that let somebody in, or that keep somebody safe. */
const NEVER: ReadonlySet<string> = new Set([
  'door',
  'garage',
  'garage_door',
  'gate',
  'lock',
  'window',
  'safety',
  'siren',
])

export type VoiceOrder = 'on' | 'off' | 'open' | 'close' | 'level'

/** Whether a voice may have this entity do this. */
export function isByVoice(db: Database, entity: ToldEntity, order: VoiceOrder): boolean {
  if (!(BY_VOICE.get(entity.type) ?? []).includes(order)) return false
  const deviceClass = db.prepare('SELECT device_class FROM device_entities WHERE id = ?').pluck().get(entity.id)
  return isEverByVoice(entity.type, deviceClass as string | null | undefined)
}

/** Whether a voice may have one of this kind do anything. */
export function isEverByVoice(type: string, deviceClass: string | null | undefined): boolean {
  return BY_VOICE.has(type) && !NEVER.has(deviceClass ?? '')
}
