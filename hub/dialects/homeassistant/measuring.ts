import { asObject, readJsonObject } from '../payload.ts'
import type { KnownSoFar, Said } from '../said.ts'
import type { AnnouncedConfig } from './announced-config.ts'
import { type Behaviour, listening, NOT_KNOWN, numberIn, stateBy, unexpected } from './behaviour.ts'
import { NotConnectable } from './not-connectable.ts'

/** Device classes whose states are words. All others are of numbers: home-assistant.io, "Sensor", "Device class". */
const OF_WORDS = new Set(['date', 'enum', 'timestamp', 'uptime'])

/** home-assistant.io, "MQTT Sensor". */
export function readSensor(config: AnnouncedConfig): Behaviour {
  const deviceClass = config.words('device_class')
  const unit = config.words('unit_of_measurement', 20)
  const options = config.list('options')
  const isOfWords = OF_WORDS.has(deviceClass ?? '') || options !== null
  const isNumber = !isOfWords && (deviceClass !== null || unit !== null || config.has('state_class'))
  const say = (text: string): Said => {
    if (text === NOT_KNOWN) return { state: null }
    if (!isNumber) return text === '' || (options && !options.includes(text)) ? unexpected(text) : { state: text }
    const number = numberIn(text)
    return number === null ? unexpected(text) : { state: number }
  }
  return {
    listens: listening(config.needTopic('state_topic'), config.reader('value_template'), say),
    ...(isNumber ? { measures: { unit: unit ?? '' } } : {}),
    ...(options === null ? {} : { options }),
  }
}

/** home-assistant.io, "MQTT Binary sensor". */
export function readBinarySensor(config: AnnouncedConfig): Behaviour {
  const states = new Map<string, boolean | null>([
    [NOT_KNOWN, null],
    [config.payload('payload_off', 'OFF'), false],
    [config.payload('payload_on', 'ON'), true],
  ])
  return { listens: listening(config.needTopic('state_topic'), config.reader('value_template'), stateBy(states)) }
}

/** home-assistant.io, "MQTT Event": its state is what happened last. */
export function readEvent(config: AnnouncedConfig): Behaviour {
  const types = config.list('event_types')
  if (types === null || types.length === 0) throw new NotConnectable('"event_types" is missing')
  const say = (text: string): Said => {
    if (text === '' || text === NOT_KNOWN || text === '{}') return {}
    const { event_type: type, ...attributes } = readJsonObject(text) ?? {}
    if (typeof type !== 'string' || !types.includes(type)) return { ignored: 'an event of no type that was announced' }
    return { state: type, attributes, isEvent: true }
  }
  return {
    listens: listening(config.needTopic('state_topic'), config.reader('value_template'), say),
    options: types,
  }
}

/** home-assistant.io, "MQTT Device tracker": `home`, `not_home`, or the name of a place. */
export function readDeviceTracker(config: AnnouncedConfig): Behaviour {
  const states = new Map<string, string | null>([
    [config.payload('payload_reset', NOT_KNOWN), null],
    [config.payload('payload_not_home', 'not_home'), 'not_home'],
    [config.payload('payload_home', 'home'), 'home'],
  ])
  const topic = config.topic('state_topic')
  if (topic === null && !config.has('json_attributes_topic')) throw new NotConnectable('"state_topic" is missing')
  const say = (text: string): Said =>
    text === '' ? {} : { state: states.has(text) ? (states.get(text) ?? null) : text }
  return { listens: listening(topic, config.reader('value_template'), say) }
}

/** home-assistant.io, "MQTT Update": true while a newer version than the installed one is known. It is not told to install. */
export function readUpdate(config: AnnouncedConfig): Behaviour {
  const versions = (said: Readonly<Record<string, unknown>>, known: KnownSoFar): Said => {
    const { installed_version: installed, latest_version: latest } = { ...known.attributes, ...said }
    const isKnown = typeof installed === 'string' && typeof latest === 'string'
    return { state: isKnown ? installed !== latest : null, attributes: said }
  }
  const say = (text: string, known: KnownSoFar): Said => {
    if (text === '' || text === '{}') return {}
    const object = readJsonObject(text)
    if (object === null) return versions({ installed_version: text }, known)
    const { installed_version, latest_version, title, release_summary, release_url, in_progress, update_percentage } =
      object
    const told = { title, release_summary, release_url, in_progress, update_percentage }
    const texts = Object.entries({ installed_version, latest_version }).filter(([, one]) => asObject(one) === null)
    return versions(
      {
        ...Object.fromEntries(
          texts.filter(([, one]) => one !== undefined && one !== null).map(([key, one]) => [key, String(one)]),
        ),
        ...Object.fromEntries(Object.entries(told).filter(([, one]) => one !== undefined)),
      },
      known,
    )
  }
  const latest = config.topic('latest_version_topic')
  const state = config.topic('state_topic')
  if (state === null && latest === null) throw new NotConnectable('"state_topic" is missing')
  return {
    listens: [
      ...listening(state, config.reader('value_template'), say),
      ...listening(latest, config.reader('latest_version_template'), (text, known) =>
        text === '' ? {} : versions({ latest_version: text }, known),
      ),
    ],
  }
}
