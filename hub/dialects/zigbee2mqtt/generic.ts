import { cleanText } from '../../../shared/clean-text.ts'
import { cutText } from '../../../shared/cut-text.ts'
import type { EntityOrder, OrderLimits, OrderName } from '../../../shared/entity-order.ts'
import type { Said } from '../said.ts'
import type { Expose } from './expose.ts'
import { binaryClass, numberClass } from './look.ts'

/** What becomes of one expose: how its property is read and what is written to it. */
export interface ExposedPart {
  component: string
  /** What it is within its device. */
  property: string
  /** Empty: as its device is called. */
  name: string
  deviceClass: string | null
  measures?: { unit: string }
  options?: readonly string[]
  range?: { min: number; max: number; step: number }
  /** What the properties of a state message say of it. `{}`: nothing. */
  read(said: Readonly<Record<string, unknown>>): Said
  /** By order, the properties to set. */
  orders: PartOrders
  limits?: OrderLimits
  /** What is read for it of its device: of a lamp or thermostat these are no entities of their own. */
  uses: readonly Expose[]
  /** What is asked for so that all of it is said; absent: all that it uses. */
  asks?: readonly Expose[]
}

export type PartOrders = {
  [O in OrderName]?: (order: Extract<EntityOrder, { order: O }>) => Readonly<Record<string, unknown>>
}

/** Names of what a button sends: it happens, and is not a state. */
const EVENTS = new Set(['action'])

/** A part of a generic expose, or why there is none. What it does not publish no state tells of. */
export function genericPart(expose: Expose): ExposedPart | { reason: string } {
  const part = partOf(expose)
  if ('reason' in part) return part
  const untold = expose.isPublished ? [] : Object.keys(part.orders).map((order) => [order, { untold: true }])
  return { ...part, uses: [expose], ...(untold.length === 0 ? {} : { limits: Object.fromEntries(untold) }) }
}

type UnusedPart = Omit<ExposedPart, 'uses'>

function partOf(expose: Expose): UnusedPart | { reason: string } {
  switch (expose.type) {
    case 'binary':
      return binaryPart(expose)
    case 'numeric':
      return numericPart(expose)
    case 'enum':
      return EVENTS.has(expose.name) ? eventPart(expose) : enumPart(expose)
    case 'text':
      return textPart(expose)
    default:
      return { reason: `${titleOf(expose)} is a ${expose.type}, of which no entity can be made` }
  }
}

/** What people call it. */
export function titleOf({ label, name, property }: Expose): string {
  return label || (property || name).replaceAll('_', ' ')
}

/** Yes, no, or neither of the two words. */
export function readBinary({ on, off }: Expose, value: unknown): boolean | undefined {
  if (value === on) return true
  if (value === off) return false
  return undefined
}

function binaryPart(expose: Expose): UnusedPart {
  const { name, property, canBeSet, on, off } = expose
  return {
    ...{ component: canBeSet ? 'switch' : 'binary_sensor', property, name: titleOf(expose) },
    deviceClass: canBeSet ? null : binaryClass(name),
    read: reading(property, (value) => {
      const yes = readBinary(expose, value)
      return yes === undefined ? strange(expose, value) : { state: yes }
    }),
    orders: canBeSet ? { on: () => ({ [property]: on }), off: () => ({ [property]: off }) } : {},
  }
}

function numericPart(expose: Expose): UnusedPart {
  const { name, property, canBeSet, unit, range } = expose
  return {
    ...{ component: canBeSet ? 'number' : 'sensor', property, name: titleOf(expose) },
    deviceClass: numberClass(name),
    measures: { unit },
    ...(canBeSet && range ? { range } : {}),
    read: reading(property, (value) =>
      typeof value === 'number' && Number.isFinite(value) ? { state: value } : strange(expose, value),
    ),
    orders: canBeSet ? { value: ({ value }) => ({ [property]: value }) } : {},
  }
}

function enumPart(expose: Expose): UnusedPart {
  const { property, canBeSet, isPublished, values } = expose
  const look = { property, name: titleOf(expose), deviceClass: null, options: values }
  const read = reading(property, (value) => ({ state: String(value) }))
  const choose = ({ option }: { option: string }) => ({ [property]: option })
  // What is only told, and has one word, is a button: `identify`.
  if (canBeSet && !isPublished && values.length === 1)
    return {
      ...look,
      component: 'button',
      read: () => ({}),
      orders: { press: () => choose({ option: values[0] ?? '' }) },
    }
  return canBeSet
    ? { ...look, component: 'select', read, orders: { option: choose } }
    : { ...look, component: 'sensor', deviceClass: 'enum', read, orders: {} }
}

function eventPart(expose: Expose): UnusedPart {
  const { property, values } = expose
  return {
    ...{ component: 'event', property, name: titleOf(expose), deviceClass: 'button', options: values, orders: {} },
    // Until version 2 an empty action followed each that happened.
    read: reading(property, (value) => (value === '' ? {} : { state: String(value), isEvent: true })),
  }
}

function textPart(expose: Expose): UnusedPart {
  const { property, canBeSet } = expose
  return {
    ...{ component: canBeSet ? 'text' : 'sensor', property, name: titleOf(expose), deviceClass: null },
    read: reading(property, (value) => ({ state: String(value) })),
    orders: canBeSet ? { text: ({ text }) => ({ [property]: text }) } : {},
  }
}

/** Reads a property where the message has it; `null` stands for not known. */
export function reading(property: string, read: (value: unknown) => Said): ExposedPart['read'] {
  return (said) => {
    const value = Object.hasOwn(said, property) ? said[property] : undefined
    if (value === undefined || (value === null && property === 'action')) return {}
    if (value === null) return { state: null }
    return typeof value === 'object' ? { ignored: `${property} is no single value` } : read(value)
  }
}

function strange({ property }: Expose, value: unknown): Said {
  return { ignored: `${property} has no value of it: ${cutText(cleanText(String(value)), 60)}` }
}
