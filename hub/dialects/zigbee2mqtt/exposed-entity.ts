import { cleanText } from '../../../shared/clean-text.ts'
import { cutText } from '../../../shared/cut-text.ts'
import type { EntityOrder, OrderLimit, OrderName } from '../../../shared/entity-order.ts'
import { LaresError } from '../../../shared/errors.ts'
import { slug } from '../../../shared/ids.ts'
import type { Availability, Publication, SaidEntity } from '../said.ts'
import type { ExposedPart } from './generic.ts'
import { isDiagnostic } from './look.ts'

/** Where the device of an entity is heard and told something. */
export interface ZigbeePlace {
  prefix: string
  ieee: string
  friendly: string
  /** Whether it has to save its battery: it sleeps, and hears nobody who asks. */
  sleeps: boolean
  availability: Availability
}

/** The entity of a part: it is heard on the topic of its device, and told something below it. */
export function entityOf(part: ExposedPart, { prefix, ieee, friendly, sleeps, availability }: ZigbeePlace): SaidEntity {
  const { component, property } = part
  const asked = sleeps ? [] : (part.asks ?? part.uses).filter(({ canBeAsked }) => canBeAsked)
  return {
    part: property,
    uniqueId: `${component}/${ieee}_${property}`,
    entityId: `${component}.${
      [friendly, property]
        .map((one) => slug(one, '_'))
        .filter((one) => one !== '')
        .join('_') || ieee
    }`,
    component,
    name: cutText(cleanText(part.name), 255) || null,
    deviceClass: part.deviceClass,
    icon: null,
    category: isDiagnostic(property) ? 'diagnostic' : null,
    enabled: true,
    measures: part.measures ? { unit: cutText(cleanText(part.measures.unit), 20) } : null,
    options: part.options ?? null,
    range: part.range ?? null,
    expiresAfterS: null,
    listens: [
      {
        topic: `${prefix}/${friendly}`,
        read: (payload) =>
          payload.object === null ? { ignored: 'a state that is no JSON object' } : part.read(payload.object),
      },
    ],
    availability,
    ...(asked.length === 0
      ? {}
      : { ask: message(`${prefix}/${friendly}/get`, Object.fromEntries(asked.map((one) => [one.property, '']))) }),
    orders: Object.keys(part.orders) as OrderName[],
    limits: part.limits ?? {},
    write(order) {
      return [message(`${prefix}/${friendly}/set`, written(part, order))]
    },
  }
}

function message(topic: string, payload: Readonly<Record<string, unknown>>): Publication {
  return { topic, payload: JSON.stringify(payload), qos: 1, retain: false }
}

function written(part: ExposedPart, order: EntityOrder): Readonly<Record<string, unknown>> {
  const write = part.orders[order.order] as ((order: EntityOrder) => Readonly<Record<string, unknown>>) | undefined
  if (!write)
    throw new LaresError('bad_params', `${part.name || part.component} does not take ${order.order}`, {
      hint: `It takes ${Object.keys(part.orders).join(', ') || 'nothing'}.`,
    })
  const { options, range } = { ...ownLimit(part), ...part.limits?.[order.order] }
  const { value, degrees, kelvin, percent, option, mode, effect }: Readonly<Record<string, unknown>> = order
  const number = value ?? degrees ?? kelvin
  if (range && typeof number === 'number' && (number < range.min || number > range.max)) throw outOfRange(number, range)
  if (typeof percent === 'number' && !(percent >= 0 && percent <= 100)) throw outOfRange(percent, { min: 0, max: 100 })
  const word = option ?? mode ?? effect
  if (typeof word === 'string' && options && !options.includes(word))
    throw new LaresError('bad_params', `${part.name || part.component} has no option ${word}`, {
      hint: `It has ${options.join(', ')}.`,
    })
  return write(order)
}

function ownLimit({ options, range }: ExposedPart): OrderLimit {
  return { ...(options ? { options } : {}), ...(range ? { range } : {}) }
}

function outOfRange(number: number, { min, max }: { min: number; max: number }): LaresError {
  return new LaresError('bad_params', `${number} is out of range: ${min} to ${max}`, {
    hint: 'Choose a number in it.',
  })
}
