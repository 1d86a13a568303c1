import type { EntityOrder, OrderLimits, OrderName, OrderRange } from '../../shared/entity-order.ts'
import type { Payload } from './payload.ts'

/** A device as whoever speaks for it announces it. Texts are clean and cut; `null`: not said. */
export interface SaidDevice {
  /** What identifies it wherever it is named: identifiers, and connections as `mac:00:11:22:33:44:55`. At least one. */
  identities: readonly string[]
  name: string | null
  brand: string | null
  model: string | null
  version: string | null
  /** The identity of the device by which it is reached. */
  via: string | null
  area: string | null
}

/** One entity of a device, with how it is read and how it is told something. */
export interface SaidEntity {
  /** What it is within its announcement. */
  part: string
  /** What stays when it is renamed, with its component in front: `sensor/0x00158d_temperature`. */
  uniqueId: string
  /** What it would like to be called: `sensor.kitchen_temperature`. */
  entityId: string
  /** In Home Assistant's words: `sensor`, `light`, … */
  component: string
  /** `null`: it is called as its device is. */
  name: string | null
  deviceClass: string | null
  icon: string | null
  category: 'config' | 'diagnostic' | null
  /** False: whoever announces it does not expect it to be of use. */
  enabled: boolean
  /** Its states are numbers in this unit; `null`: words, or true and false. */
  measures: { unit: string } | null
  /** Its states, or the values that it takes, are these. `null`: any. */
  options: readonly string[] | null
  /** What it takes as a number. */
  range: OrderRange | null
  /** Seconds after which a state that was not said again is not known any more; `null`: it stays. */
  expiresAfterS: number | null
  listens: readonly Listening[]
  availability: Availability
  /** What it can be told. */
  orders: readonly OrderName[]
  /** What of these takes other words and numbers than `options` and `range`, and what no state tells of. */
  limits?: OrderLimits
  /** What is published so that it says its state; absent: nothing makes it say that. */
  ask?: Publication
  /** How it is told. Throws `LaresError` (`bad_params`) for an order that it does not take. */
  write(order: EntityOrder): readonly Publication[]
}

/** A topic on which an entity speaks. */
export interface Listening {
  topic: string
  /** What a message on it says. Pure, and throws nothing. */
  read(payload: Payload, known: KnownSoFar): Said
}

/** What is known of an entity by now. */
export interface KnownSoFar {
  state: SaidState | undefined
  attributes: Readonly<Record<string, unknown>>
}

/** A number, a word, true or false; `null`: not known. */
export type SaidState = number | string | boolean | null

/** What a message says of an entity. What it does not say stays as it was. */
export interface Said {
  state?: SaidState
  /** Those that it names, in the place of the same ones before. */
  attributes?: Readonly<Record<string, unknown>>
  /** It happens now: the same state again is news. */
  isEvent?: true
  /** Why nothing is taken from the message, or not all of it, for whoever looks into it. */
  ignored?: string
}

/** Topics that say whether an entity can be reached. Without one it always can. */
export interface Availability {
  mode: 'all' | 'any' | 'latest'
  topics: readonly { topic: string; read(payload: Payload): boolean | null }[]
}

/** A message to be published. */
export interface Publication {
  topic: string
  payload: string
  qos: 0 | 1 | 2
  retain: boolean
}

/** An entity that was announced and is not connected. */
export interface NotConnected {
  part: string
  component: string
  name: string | null
  /** A sentence that names what is in the way. */
  reason: string
}

/** What a message on an announcing topic comes to. */
export interface Announcement {
  /** Its topic. A later message on it describes anew what it names, and leaves what it does not name. */
  topic: string
  /** Who speaks for the devices, with its version; `null`: not said. */
  origin: string | null
  device: SaidDevice | null
  entities: readonly SaidEntity[]
  notConnected: readonly NotConnected[]
  /** What the message takes back: these of its parts, or all that it ever announced. */
  removed: readonly string[] | 'all'
}
