import type { ShownEntity } from '../shown-device.ts'

/** One part of a device as Home Assistant reads it, in the long names of its options. `platform` is one of its own. */
export interface Component {
  platform: string
  [option: string]: unknown
}

/** The topics of one entity. */
export interface EntityTopics {
  state: string
  /** On which it is told something. */
  set: string
  /** On which what happens at its device is told. */
  event: string
}

/** Makes the part of one kind of entity; `null`: Home Assistant has nothing for this one. */
export type ComponentOf = (entity: ShownEntity, topics: EntityTopics) => Component | null

/** What belongs to the state, or nothing where it does not say: Home Assistant passes an empty text over, and not a `None`. */
export function attribute(name: string): string {
  return `{% set v = (value_json.attributes | default({})).${name} %}{{ v if v is defined and v is not none else '' }}`
}

/** A number, a word, or `None` where nobody knows, which Home Assistant takes for that. */
export const VALUE = '{{ value_json.value }}'
/** Of what is on or off, whether that was said as a number or not. */
export const ON_OR_OFF = "{{ 'None' if value_json.value is none else 'on' if value_json.value else 'off' }}"

/** Whether it can be told so. */
export function told(entity: ShownEntity, ...orders: readonly string[]): boolean {
  return orders.some((order) => entity.takes?.orders.includes(order))
}

/** The class, where Home Assistant has it for this kind of entity: with any other it would refuse the whole part. */
export function classAmong(entity: ShownEntity, known: string): { device_class?: string } {
  const { deviceClass } = entity
  return deviceClass !== null && known.split(' ').includes(deviceClass) ? { device_class: deviceClass } : {}
}
