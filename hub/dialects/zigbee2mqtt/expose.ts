import { asObject } from '../payload.ts'

/**
 * What a Zigbee device can do, as `bridge/devices` lists it: zigbee2mqtt.io, "Exposes". What is generic has a value on a
 * property; a light, a cover and the like have features, which are generic.
 */
export interface Expose {
  type: string
  /** What it is, `temperature`; empty for a light and the like. */
  name: string
  /** The same for people; empty where nothing is said. */
  label: string
  /** Where its value stands in a state message. Of two endpoints each has its own: `state_left`. */
  property: string
  /** Of several lights or switches of one device, which; empty: it has one. */
  endpoint: string
  isPublished: boolean
  canBeSet: boolean
  /** Whether the device says it when it is asked: what sleeps cannot be. */
  canBeAsked: boolean
  category: 'config' | 'diagnostic' | null
  unit: string
  range: { min: number; max: number; step: number } | null
  /** Of an enum. */
  values: readonly string[]
  /** Of a binary: what stands for yes and for no. */
  on: unknown
  off: unknown
  features: readonly Expose[]
}

const PUBLISHED = 1
const SET = 2
const GET = 4
/** Nobody has more; a list of millions must not be walked. */
const MOST = 512
const MOST_VALUES = 256
/** A light has features, and a feature may be a composite. */
const LEVELS = 3

/** Reads a list of them; what is none is passed by. */
export function readExposes(given: unknown, levels = LEVELS): Expose[] {
  if (!Array.isArray(given) || levels === 0) return []
  return given
    .filter((_, at) => at < MOST)
    .flatMap((one) => {
      const expose = asObject(one)
      return expose && typeof expose.type === 'string' ? [readExpose(expose, expose.type, levels)] : []
    })
}

/** The feature of this name. */
export function feature(expose: Expose, name: string): Expose | undefined {
  return expose.features.find((one) => one.name === name)
}

function readExpose(expose: Readonly<Record<string, unknown>>, type: string, levels: number): Expose {
  const access = typeof expose.access === 'number' ? expose.access : 0
  const name = text(expose.name)
  const { category } = expose
  return {
    type,
    name,
    label: text(expose.label),
    property: text(expose.property) || name,
    endpoint: text(expose.endpoint),
    isPublished: (access & PUBLISHED) !== 0,
    canBeSet: (access & SET) !== 0,
    canBeAsked: (access & GET) !== 0,
    category: category === 'config' || category === 'diagnostic' ? category : null,
    unit: text(expose.unit),
    range: readRange(expose),
    values: Array.isArray(expose.values)
      ? expose.values
          .filter((_, at) => at < MOST_VALUES)
          .filter(isWord)
          .map(String)
      : [],
    on: expose.value_on,
    off: expose.value_off,
    features: readExposes(expose.features, levels - 1),
  }
}

function readRange({ value_min: min, value_max: max, value_step: step }: Readonly<Record<string, unknown>>) {
  if (typeof min !== 'number' || typeof max !== 'number' || min >= max) return null
  return { min, max, step: typeof step === 'number' && step > 0 ? step : 1 }
}

/** Values of an enum are texts, and numbers with some devices. */
function isWord(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number'
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
