import { cleanText } from '../../../shared/clean-text.ts'
import { cutText } from '../../../shared/cut-text.ts'
import type { Topics } from '../../../shared/topics.ts'
import type { Component } from './components/component.ts'
import { COMPONENTS } from './components/component-list.ts'
import type { ShownDevice, ShownEntity } from './shown-device.ts'

/** Parts of a device by what each is called in its announcement. */
export type Parts = Readonly<Record<string, Component>>

export interface Announcing {
  topics: Topics
  /** Of this program. */
  version: string
}

/** Who announces. By this name our own reader of announcements knows that it need not read them. */
const ORIGIN = 'Lares'
const SUPPORT = 'https://www.home-assistant.io/integrations/mqtt/'
/** Home Assistant shows what measures the machine itself apart from what measures the house. */
const OF_THE_MACHINE = new Set(['data_size', 'load', 'problem', 'signal_strength'])
const NAME_LENGTH = 255
/** Bytes of an announcement; Home Assistant reads it at one go. What is beyond it is left out, the last keys first. */
const MOST_BYTES = 1_000_000

/** What a button does, in Home Assistant's words for the same: home-assistant.io, "MQTT Device trigger". */
const PRESSES = [
  ['button_pressed', 'button_short_press'],
  ['button_released', 'button_short_release'],
  ['button_held', 'button_long_press'],
] as const

const READABLE_BUTTON = /^[A-Za-z0-9 _-]{1,40}$/
const SHOWABLE_ICON = /^[a-z]{2,10}:[a-z0-9-]{1,60}$/

/** All that Home Assistant is to know of a device, by what each part is called. Empty: there is nothing of it to be seen. */
export function componentsOf(device: ShownDevice, { topics }: Pick<Announcing, 'topics'>): Parts {
  const parts: Record<string, Component> = {}
  for (const entity of device.entities) {
    const part = partOf(device, entity, topics)
    if (part !== null) parts[`${part.platform}_${entity.key}`] = part
  }
  if (device.isAgent) parts['binary_sensor-problem'] = problemOf(device, topics)
  for (const button of device.buttons.filter((name) => READABLE_BUTTON.test(name)))
    for (const [happened, type] of PRESSES)
      parts[`trigger-${button.replaceAll(' ', '_')}-${type}`] = triggerOf(
        topics.build('event', { device: device.id }),
        {
          ...{ button, happened, type },
        },
      )
  return parts
}

/** The message that announces a device with these parts, and takes back those of which only the platform stands. */
export function discoveryConfig(device: ShownDevice, parts: Parts, { topics, version }: Announcing): string {
  const head = {
    device: {
      identifiers: [identityOf(device.id)],
      name: harmless(device.name, device.id),
      ...(device.brand === null ? {} : { manufacturer: harmless(device.brand, '') }),
      ...(device.model === null ? {} : { model: harmless(device.model, '') }),
      ...(device.version === null ? {} : { sw_version: harmless(device.version, '') }),
      ...(device.room === null ? {} : { suggested_area: harmless(device.room, '') }),
      ...(device.via === null ? {} : { via_device: identityOf(device.via) }),
    },
    origin: { name: ORIGIN, sw_version: version, support_url: SUPPORT },
    availability: [
      {
        topic: topics.build('status', { device: device.id }),
        value_template: "{{ 'offline' if value_json.status == 'offline' else 'online' }}",
      },
    ],
    ...{ availability_mode: 'all', qos: 1 },
  }
  return JSON.stringify({ ...head, components: withinBytes(parts) })
}

function withinBytes(parts: Parts): Parts {
  let bytes = 0
  const kept = Object.entries(parts)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .filter(([key, part]) => {
      bytes += Buffer.byteLength(JSON.stringify(part)) + key.length + 4
      return bytes <= MOST_BYTES
    })
  return Object.fromEntries(kept)
}

/** What identifies a device, wherever it is named. */
function identityOf(device: string): string {
  return `lares_${device}`
}

function partOf(device: ShownDevice, entity: ShownEntity, topics: Topics): Component | null {
  const { id } = device
  const make = COMPONENTS.get(entity.type)
  const part = make?.(entity, {
    state: topics.build('state', { device: id, entity: entity.key }),
    set: topics.build('set', { device: id, entity: entity.key }),
    event: topics.build('event', { device: id }),
  })
  if (!part) return null
  const name = harmless(entity.name, entity.key)
  const category = categoryOf(entity, part.platform)
  return {
    ...part,
    unique_id: `lares_${id}_${entity.key}`,
    // Called as its device is, it is all that the device is.
    name: name.toLowerCase() === harmless(device.name, id).toLowerCase() ? null : name,
    ...(category === null ? {} : { entity_category: category }),
    ...(entity.icon !== null && SHOWABLE_ICON.test(entity.icon) ? { icon: entity.icon } : {}),
  }
}

/** What cannot be told anything is nothing to configure: Home Assistant refuses it. */
function categoryOf({ category, kind, isOwn }: ShownEntity, platform: string): string | null {
  const isRead = platform === 'sensor' || platform === 'binary_sensor'
  if (category === 'config' && isRead) return 'diagnostic'
  return category ?? (isOwn && kind !== null && OF_THE_MACHINE.has(kind) ? 'diagnostic' : null)
}

/** What is wrong with an agent, as its status says it. */
function problemOf({ id }: ShownDevice, topics: Topics): Component {
  const topic = topics.build('status', { device: id })
  return {
    ...{ platform: 'binary_sensor', name: 'Problem', device_class: 'problem', entity_category: 'diagnostic' },
    // No entity has a key with a hyphen.
    ...{ unique_id: `lares_${id}-problem`, state_topic: topic, payload_on: 'on', payload_off: 'off' },
    ...{ value_template: "{{ 'on' if value_json.alarms else 'off' }}", json_attributes_topic: topic },
  }
}

/** home-assistant.io, "MQTT Device trigger": `automation_type`, `topic`, `type` and `subtype`. */
function triggerOf(
  topic: string,
  { button, happened, type }: Record<'button' | 'happened' | 'type', string>,
): Component {
  return {
    ...{ platform: 'device_automation', automation_type: 'trigger', type, subtype: button, topic },
    payload: `${happened} ${button}`,
    value_template: "{{ value_json.type ~ ' ' ~ (value_json.data | default({})).button | default('') }}",
  }
}

function harmless(text: string, otherwise: string): string {
  return cutText(cleanText(text), NAME_LENGTH) || otherwise
}
