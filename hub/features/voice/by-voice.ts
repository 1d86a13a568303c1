import type { Database } from '../../../shared/sqlite/open.ts'
import type { ToldEntity } from '../control/named-entity.ts'
import { alsoCalled } from './spoken-names.ts'

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

/**
 * The same by what it is called, where nobody said what it is: a relay or a motor that opens a garage is a plain switch or cover to most
 * bridges. Better a blind at a door that has to be moved by hand than a gate that opens for a television.
 */
const CALLED =
  /doors?\b|\bdoor|gates?\b|garage|(?<![bc])locks?\b|\block|\b(?:siren|alarm|valve)\b|\btür|(?:tür|türe|türen|schloss|sirene|alarm)\b|\bschloss|\b(?:garagen|hof|garten|einfahrts|roll|schiebe|sektional)?tor(?:e|s|antrieb|öffner|motor)?\b/iu
const BY_CALL: ReadonlySet<string> = new Set(['switch', 'cover'])

export type VoiceOrder = 'on' | 'off' | 'open' | 'close' | 'level'

/** What is asked of an entity before a voice may have it do anything. */
export interface VoicedEntity {
  type: string
  device_class: string | null
  name: string
  device_name: string
  /** Whatever else it and its device are called. */
  also: string
}

/** Whether a voice may have this entity do this. */
export function isByVoice(db: Database, entity: ToldEntity, order: VoiceOrder): boolean {
  if (!(BY_VOICE.get(entity.type) ?? []).includes(order)) return false
  const read = db.prepare('SELECT device_class FROM device_entities WHERE id = ?').pluck().get(entity.id)
  const device_class = (read as string | null | undefined) ?? null
  return isEverByVoice({ ...entity, device_class, also: alsoCalled(db, entity.id) })
}

/** Whether a voice may have it do anything. */
export function isEverByVoice({ type, device_class, name, device_name, also }: VoicedEntity): boolean {
  if (!BY_VOICE.has(type) || NEVER.has(device_class ?? '')) return false
  return !BY_CALL.has(type) || !CALLED.test(`${device_name} ${name} ${also}`.replaceAll('_', ' '))
}
