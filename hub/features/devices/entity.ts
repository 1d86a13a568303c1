/** The source of what a device says of itself. Bridges and connections have keys of their own. */
export const OWN_SOURCE = 'lares'

/** One measurable or switchable thing of a device, as its row of `device_entities` describes it. */
export interface Entity {
  id: string
  device: string
  /** Who describes it; entity ids and unique ids are unique within it. */
  source: string
  /** What it is called on topics and in commands: unique within its device, and never changed. */
  key: string
  entityId: string
  uniqueId: string | null
  name: string
  /** `sensor`, `light`, `switch`, … */
  type: string
  deviceClass: string | null
  /** What it measures; `null`: its states are words. */
  kind: string | null
  unit: string
  icon: string | null
  /** False once it is gone: its place and its history stay. */
  enabled: boolean
}

/** What may change while it stays the same entity. */
export type EntityLook = Pick<
  Entity,
  'device' | 'key' | 'entityId' | 'uniqueId' | 'name' | 'type' | 'deviceClass' | 'kind' | 'unit' | 'icon'
>
