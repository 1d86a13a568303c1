import { cleanText } from '../../../shared/clean-text.ts'
import { cutText } from '../../../shared/cut-text.ts'
import { asObject } from '../payload.ts'
import { isTopic } from '../usable-topic.ts'

/** What becomes of a relay: tasmota.github.io, "MQTT", `SetOption19 0`, `rl` of the discovery message. */
export const RELAY = { none: 0, relay: 1, light: 2, shutter: 3 } as const
const MOST_RELAYS = 32
/** Each part of a topic: what is put together of longer ones is longer than any message. Tasmota itself has at most 100. */
const PART_LENGTH = 255

/** A device as `tasmota/discovery/<mac>/config` describes it. */
export interface TasmotaConfig {
  /** Twelve hexadecimal digits, lower case. */
  mac: string
  name: string
  model: string | null
  version: string | null
  /** Names of its relays; `null`: none was given. */
  names: readonly (string | null)[]
  relays: readonly number[]
  /** Channels of its light: `lt_st`. */
  subtype: number
  /** Whether color and white are one light: `lk`. */
  isLinked: boolean
  /** Numbers of those `SetOption` that are on. */
  options: ReadonlySet<string>
  /** Of each shutter: `sho`, and degrees and time of its slats, `sht`. */
  shutterOptions: readonly number[]
  shutterTilts: readonly (readonly number[])[]
  /** Whether it is a fan, too: `if`. */
  isFan: boolean
  /** Switches that switch nothing but say that they were: `swc` with `SetOption114`. */
  switches: number
  /** What stands for off and for on. */
  words: { off: string; on: string }
  reach: { online: string; offline: string }
  /** Topic of a message with one of the three prefixes. */
  topic(prefix: 'cmnd' | 'stat' | 'tele', rest: string): string
}

/** Reads a discovery message that is JSON already. Returns a sentence where it describes no device. */
export function readTasmotaConfig(given: Readonly<Record<string, unknown>>): TasmotaConfig | string {
  const { mac, t, ft, tp, state } = given
  if (typeof mac !== 'string' || !/^[0-9a-f]{12}$/i.test(mac)) return 'it says no mac'
  if (typeof t !== 'string' || typeof ft !== 'string' || !/%prefix%/.test(ft)) return 'it says no topic: "t" and "ft"'
  const prefixes = texts(tp)
  if ([t, ft, ...prefixes].some((part) => part !== undefined && part.length > PART_LENGTH))
    return 'its topic is too long'
  const words = texts(state)
  const topic = (prefix: 'cmnd' | 'stat' | 'tele', rest: string) => {
    const called = prefixes[['cmnd', 'stat', 'tele'].indexOf(prefix)] ?? prefix
    const whole = ft.replaceAll('%prefix%', () => called).replaceAll('%topic%', () => t)
    return `${whole.replace(/\/?$/, '/')}${rest}`
  }
  if (![topic('cmnd', ''), topic('stat', ''), topic('tele', '')].every(isTopic))
    return 'its topic holds + or #, or is too long'
  const options = new Set(
    Object.entries(asObject(given.so) ?? {}).flatMap(([option, is]) => (is === 1 ? [option] : [])),
  )
  return {
    mac: mac.toLowerCase(),
    name: labelOf(given.dn) ?? labelOf(given.hn) ?? `Tasmota ${mac.toLowerCase()}`,
    model: labelOf(given.md),
    version: labelOf(given.sw),
    names: Array.isArray(given.fn) ? given.fn.filter((_, at) => at < MOST_RELAYS).map(labelOf) : [],
    relays: Array.isArray(given.rl) ? given.rl.filter((_, at) => at < MOST_RELAYS).map(Number) : [],
    subtype: typeof given.lt_st === 'number' ? given.lt_st : 0,
    isLinked: given.lk === 1,
    options,
    shutterOptions: numbers(given.sho),
    shutterTilts: Array.isArray(given.sht) ? given.sht.filter((_, at) => at < MOST_RELAYS).map(numbers) : [],
    isFan: given.if === 1,
    switches: options.has('114') ? numbers(given.swc).filter((mode) => mode >= 0).length : 0,
    words: { off: words[0] ?? 'OFF', on: words[1] ?? 'ON' },
    reach: { online: labelOf(given.onln) ?? 'Online', offline: labelOf(given.ofln) ?? 'Offline' },
    topic,
  }
}

function numbers(given: unknown): number[] {
  return Array.isArray(given) ? given.filter((_, at) => at < MOST_RELAYS).map(Number) : []
}

function texts(given: unknown): (string | undefined)[] {
  return Array.isArray(given) ? given.map((one) => (typeof one === 'string' && one !== '' ? one : undefined)) : []
}

function labelOf(given: unknown): string | null {
  const text = typeof given === 'string' ? cutText(cleanText(given), 255) : ''
  return text === '' ? null : text
}
