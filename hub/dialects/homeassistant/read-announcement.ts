import { isUtf8 } from 'node:buffer'
import { cutText } from '../../../shared/cut-text.ts'
import type { EntityOrder, OrderName } from '../../../shared/entity-order.ts'
import { LaresError } from '../../../shared/errors.ts'
import { slug } from '../../../shared/ids.ts'
import { ENTITIES_PER_DEVICE, TOPIC_BYTES } from '../../../shared/limits.ts'
import { asObject, readJsonObject } from '../payload.ts'
import type { Announcement, Listening, NotConnected, SaidEntity } from '../said.ts'
import { AnnouncedConfig, wordsOf } from './announced-config.ts'
import { readDevice } from './announced-device.ts'
import { readAvailability } from './availability-topics.ts'
import type { Behaviour } from './behaviour.ts'
import { behaviourOf } from './components.ts'
import { NotConnectable } from './not-connectable.ts'
import { writtenOut } from './written-out.ts'

/** Bytes of an announcement that are read, and levels of lists and objects in it. A device with 300 entities has 150 kB. */
export const ANNOUNCEMENT_BYTES = 1_048_576
const ANNOUNCEMENT_DEPTH = 8

/** Options that all parts of a device have in common unless they say otherwise: home-assistant.io, "MQTT", "Device discovery payload". */
const SHARED_OPTIONS = [
  ...['availability', 'availability_mode', 'availability_template', 'availability_topic', 'command_topic', 'encoding'],
  ...['payload_available', 'payload_not_available', 'qos', 'state_topic'],
]

type Values = Readonly<Record<string, unknown>>

/** `<prefix>/<component>/[<node>/]<object>/config`, whose names have letters, digits, `_` and `-`. */
const TOPIC = /^(\w+)\/(?:([\w-]+)\/)?([\w-]+)\/config$/

/** Whether a topic below the prefix announces something, and what: the component (`device` for a whole one), node and object. */
export function announcingTopic(
  topic: string,
  prefix: string,
): { component: string; node: string; object: string } | null {
  if (!topic.startsWith(`${prefix}/`) || topic.length > TOPIC_BYTES) return null
  const [, component, node = '', object] = TOPIC.exec(topic.slice(prefix.length + 1)) ?? []
  return component === undefined || object === undefined ? null : { component, node, object }
}

/**
 * What a message on an announcing topic says: the device, its entities with how they are read and told, and those that are known and not
 * connected, each with the reason. An empty one takes back all that the topic announced. Pure.
 *
 * Throws `LaresError` where nothing can be read of it: `unknown_topic`, `too_large`, `bad_utf8`, `bad_json`.
 */
export function readAnnouncement(topic: string, payload: Uint8Array, prefix = 'homeassistant'): Announcement {
  const place = announcingTopic(topic, prefix)
  if (place === null) throw new LaresError('unknown_topic', `${topic} announces nothing`)
  const values = valuesIn(topic, payload)
  if (values === null) return { topic, origin: null, device: null, entities: [], notConnected: [], removed: 'all' }
  const root = writtenOut(values)
  const device = readDevice(root.device)
  const path = place.node === '' ? place.object : `${place.node}/${place.object}`
  const announcement = { topic, origin: originIn(root.origin), device }
  if (place.component !== 'device') {
    const part = { part: place.object, component: place.component, values: root, path }
    return { ...announcement, ...readParts([part], device?.name ?? null), removed: [] }
  }
  const { parts, removed, notConnected } = partsOf(root, values['~'], path)
  const read = readParts(parts, device?.name ?? null)
  return { ...announcement, ...read, notConnected: [...notConnected, ...read.notConnected], removed }
}

/** `null`: an empty message. */
function valuesIn(topic: string, payload: Uint8Array): Values | null {
  if (payload.length === 0) return null
  if (payload.length > ANNOUNCEMENT_BYTES)
    throw new LaresError('too_large', `${topic} has ${payload.length} bytes, at most ${ANNOUNCEMENT_BYTES} are read`, {
      hint: 'Have the device announced in several messages, each entity in one of its own.',
    })
  if (!isUtf8(payload)) throw new LaresError('bad_utf8', `what ${topic} announces is no UTF-8`)
  const text = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString()
  const values = readJsonObject(text, ANNOUNCEMENT_DEPTH)
  if (values !== null) return Object.keys(values).length === 0 ? null : values
  throw new LaresError('bad_json', `what ${topic} announces is no JSON object of at most ${ANNOUNCEMENT_DEPTH} levels`)
}

function originIn(given: unknown): string | null {
  const origin = asObject(given) ?? {}
  const name = wordsOf(origin.name, 100)
  const version = wordsOf(origin.sw_version, 50)
  return name === null ? null : version === null ? name : `${name} ${version}`
}

/** An entity as it stands in an announcement. */
interface AnnouncedPart {
  part: string
  component: string
  values: Values
  /** What identifies it where it does not say. */
  path: string
}

/** The parts of a device. One that has nothing but its platform is taken back. */
function partsOf(root: Values, base: unknown, path: string) {
  const shared = Object.fromEntries(
    SHARED_OPTIONS.flatMap((key) => (Object.hasOwn(root, key) ? [[key, root[key]]] : [])),
  )
  const all = Object.entries(asObject(root.components) ?? {})
  const parts: AnnouncedPart[] = []
  const removed: string[] = []
  const notConnected: NotConnected[] = []
  for (const [part, given] of all.slice(0, ENTITIES_PER_DEVICE)) {
    const own = asObject(given) ?? {}
    const { platform, ...values } = writtenOut(own, own['~'] ?? base)
    const component = wordsOf(platform, 50) ?? ''
    if (asObject(given) === null || component === '')
      notConnected.push({ part, component, name: null, reason: '"platform" is missing' })
    else if (Object.keys(values).length === 0) removed.push(part)
    else parts.push({ part, component, values: { ...shared, ...values }, path: `${path}/${part}` })
  }
  for (const [part] of all.slice(ENTITIES_PER_DEVICE))
    notConnected.push({
      part,
      component: '',
      name: null,
      reason: `a device has at most ${ENTITIES_PER_DEVICE} entities`,
    })
  return { parts, removed, notConnected }
}

function readParts(parts: readonly AnnouncedPart[], deviceName: string | null) {
  const entities: SaidEntity[] = []
  const notConnected: NotConnected[] = []
  for (const part of parts) {
    const config = new AnnouncedConfig(part.values)
    try {
      entities.push(readEntity(part, config, deviceName))
      for (const topic of config.untoldTopics())
        notConnected.push({
          ...{ part: `${part.part} ${topic}`, component: part.component, name: config.words('name') },
          reason: `what it takes on "${topic}" is not told`,
        })
    } catch (error) {
      if (!(error instanceof NotConnectable)) throw error
      notConnected.push({
        part: part.part,
        component: part.component,
        name: config.words('name'),
        reason: error.message,
      })
    }
  }
  return { entities, notConnected }
}

function readEntity(
  { part, component, path }: AnnouncedPart,
  config: AnnouncedConfig,
  deviceName: string | null,
): SaidEntity {
  const behaviour = behaviourOf(component, config)
  const name = config.words('name')
  const category = config.words('entity_category')
  const unique = identityIn(config)
  const wanted = config.words('default_entity_id')?.replace(/^\w+\./, '') ?? config.words('object_id')
  const called = wanted ?? [deviceName, name].filter((one) => one !== null).join(' ')
  const expires = config.number('expire_after', 0)
  return {
    part,
    uniqueId: unique === null ? `${component}/topic:${path}` : `${component}/${unique}`,
    entityId: `${component}.${cutText(slug(called, '_') || slug(path, '_') || 'entity', 200)}`,
    component,
    name,
    deviceClass: config.words('device_class', 50),
    icon: config.words('icon', 100),
    category: category === 'config' || category === 'diagnostic' ? category : null,
    enabled: config.flag('enabled_by_default', true),
    measures: behaviour.measures ?? null,
    options: behaviour.options ?? null,
    range: behaviour.range ?? null,
    expiresAfterS: expires > 0 ? expires : null,
    listens: [...behaviour.listens, ...attributesListening(config)],
    availability: readAvailability(config),
    ...ordersOf(behaviour),
    write: (order) => tell(behaviour, order, name ?? deviceName ?? path),
  }
}

/** What never says a state is done with whatever it was told. */
function ordersOf({ orders = {}, limits = {}, listens }: Behaviour): Required<Pick<SaidEntity, 'orders' | 'limits'>> {
  const names = Object.keys(orders) as OrderName[]
  const silent = listens.length === 0 ? names.map((order) => [order, { ...limits[order], untold: true }]) : []
  return { orders: names, limits: { ...limits, ...Object.fromEntries(silent) } }
}

/** What stays of it; too long it would be cut to that of another one. */
function identityIn(config: AnnouncedConfig): string | null {
  if (!config.has('unique_id')) return null
  const unique = config.payload('unique_id', '')
  if (unique === '' || unique.length > 200 || !unique.isWellFormed() || unique.includes('\0'))
    throw new NotConnectable('"unique_id" cannot be used: 1 to 200 characters are wanted')
  return unique
}

function attributesListening(config: AnnouncedConfig): Listening[] {
  const topic = config.topic('json_attributes_topic')
  if (topic === null) return []
  const read = config.reader('json_attributes_template')
  const isPlain = !config.has('json_attributes_template')
  return [
    {
      topic,
      read: (payload) => {
        const rendered = read(payload)
        if ('ignored' in rendered) return rendered
        const attributes = isPlain ? payload.object : readJsonObject(rendered.text)
        return attributes === null ? { ignored: 'attributes that are no JSON object' } : { attributes }
      },
    },
  ]
}

function tell({ orders = {} }: Behaviour, order: EntityOrder, name: string) {
  const write = new Map(Object.entries(orders)).get(order.order) as OrderWriter | undefined
  if (write !== undefined) return write(order)
  const known = Object.keys(orders)
  throw new LaresError('bad_params', `${name} takes no "${order.order}"`, {
    hint: known.length === 0 ? 'It can only be read.' : `It takes: ${known.join(', ')}.`,
  })
}

type OrderWriter = (order: EntityOrder) => ReturnType<SaidEntity['write']>
