import { createHash, randomBytes } from 'node:crypto'
import { cleanText } from './clean-text.ts'

const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz'

/** Where random bytes come from; the engine hands in a seeded one in tests. */
export type RandomBytes = (count: number) => Uint8Array

export const systemRandom: RandomBytes = (count) => randomBytes(count)

/**
 * A UUIDv7 (RFC 9562): 48 bits of wall-clock milliseconds, then random. Sorts by time of creation,
 * which keeps the index of a growing table compact.
 */
export function uuid7(now: number, random: RandomBytes = systemRandom): string {
  const bytes = Buffer.from(random(16))
  bytes.writeUIntBE(Math.max(0, Math.floor(now)), 0, 6)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** Letters and digits nobody confuses when reading aloud (Crockford base 32), five bits each. */
export function crockford(length: number, random: RandomBytes = systemRandom): string {
  return Array.from(random(length), (byte) => CROCKFORD[byte & 31]).join('')
}

/** Ids that mean something on the wire, so no device may have them. */
export const RESERVED_IDS: ReadonlySet<string> = new Set(['admin', 'hub', 'join'])

export const DEVICE_ID = /^[a-z0-9](?:[a-z0-9-]{1,38})[a-z0-9]$/

/** Whether the text may be a device's id: 3 to 40 of `a-z0-9-`, no hyphen at either end, not reserved. */
export function isDeviceId(text: string): boolean {
  return DEVICE_ID.test(text) && !RESERVED_IDS.has(text)
}

/**
 * A device id from a name: what is left of the name in `a-z0-9-`, and a random tail of six.
 * It never changes, whatever the device is called later.
 */
export function deviceId(name: string, random: RandomBytes = systemRandom): string {
  const base = slug(name, '-').slice(0, 33).replace(/-+$/, '') || 'device'
  return `${base}-${crockford(6, random)}`
}

/** The text in lower-case ASCII with every other run of characters turned into the separator. */
export function slug(text: string, separator: '-' | '_'): string {
  const plain = text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
  return plain.replace(/[^a-z0-9]+/g, separator).replace(new RegExp(`^${separator}+|${separator}+$`, 'g'), '')
}

/** Eight characters that always stand for this text, where its slug says nothing or is taken by another. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8)
}

/** What a sensor is known by within its device. */
export const SENSOR_KEY = /^[a-z0-9_]{1,40}$/

/** So short that a source with several sensors has room for what tells them apart. */
const KEY_BASE = 12

/**
 * The key of a sensor that a person or another agent calls so: the name itself where it is a key, else what is left of it
 * in `a-z0-9_` and a hash of all of it. It depends on nothing but the name, so it stays whatever else there is; two spellings
 * of one name (Unicode's NFC and NFD, blanks at its ends) have one key. `null`: the name has nothing that can be seen.
 */
export function sensorKeyOf(name: string): string | null {
  if (SENSOR_KEY.test(name)) return name
  const same = sameName(name)
  if (same === '' || SENSOR_KEY.test(same)) return same || null
  const base = slug(same, '_').slice(0, KEY_BASE).replace(/_+$/, '') || 'sensor'
  return `${base}_${shortHash(same)}`
}

/**
 * The key of one of several sensors of a source, from the source's key and what the sensor is called there, by the rule of
 * `sensorKeyOf`. Where a made key would be too long, only its hash stays. `null`: the name has nothing that can be seen.
 */
export function sensorKeyWithin(source: string, name: string): string | null {
  const own = sensorKeyOf(name)
  if (own === null) return null
  const key = `${source}_${own}`
  const isMade = own.endsWith(`_${shortHash(sameName(name))}`)
  return isMade && !SENSOR_KEY.test(key) ? `${source}_${own.slice(-8)}` : key
}

/** One spelling for all that look alike: NFC, one line, single blanks, none at the ends. */
export function sameName(name: string): string {
  return cleanText(name.normalize('NFC')).replace(/\s+/g, ' ')
}
