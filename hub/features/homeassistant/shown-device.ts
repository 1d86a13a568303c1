import type { Takes } from '../control/entity-orders.ts'

/** A device as it is to be announced. */
export interface ShownDevice {
  id: string
  house: string
  name: string
  brand: string | null
  model: string | null
  version: string | null
  room: string | null
  /** The device that it is reached through. */
  via: string | null
  /** It logs in itself, and says what is wrong with it. */
  isAgent: boolean
  buttons: readonly string[]
  entities: readonly ShownEntity[]
}

/** An entity as it is to be announced. */
export interface ShownEntity {
  key: string
  name: string
  /** `sensor`, `light`, `switch`, … */
  type: string
  /** It is measured or switched by an agent. */
  isOwn: boolean
  deviceClass: string | null
  /** What it measures; `null`: its states are words. */
  kind: string | null
  unit: string
  icon: string | null
  category: 'config' | 'diagnostic' | null
  /** What it can be told where somebody else speaks for it. */
  takes: Takes | null
  /** Words that it says, where that is known. */
  says: readonly string[] | null
}
