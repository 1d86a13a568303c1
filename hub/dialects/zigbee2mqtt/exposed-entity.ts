import { cleanText } from '../../../shared/clean-text.ts'
import { cutText } from '../../../shared/cut-text.ts'
import { LaresError } from '../../../shared/errors.ts'
import { slug } from '../../../shared/ids.ts'
import type { Availability, EntityOrder, SaidEntity } from '../said.ts'
import type { ExposedPart } from './generic.ts'
import { isDiagnostic } from './look.ts'

/** Where the device of an entity is heard and told something. */
export interface ZigbeePlace {
  prefix: string
  ieee: string
  friendly: string
  availability: Availability
}

/** The entity of a part: it is heard on the topic of its device, and told something below it. */
export function entityOf(part: ExposedPart, { prefix, ieee, friendly, availability }: ZigbeePlace): SaidEntity {
  const { component, property } = part
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
    orders: Object.keys(part.orders) as EntityOrder['order'][],
    write(order) {
      const told = written(part, order)
      return [{ topic: `${prefix}/${friendly}/set`, payload: JSON.stringify(told), qos: 1, retain: false }]
    },
  }
}

function written(part: ExposedPart, order: EntityOrder): Readonly<Record<string, unknown>> {
  const { range, options } = part
  const write = part.orders[order.order] as ((order: EntityOrder) => Readonly<Record<string, unknown>>) | undefined
  if (!write)
    throw new LaresError('bad_params', `${part.name || part.component} does not take ${order.order}`, {
      hint: `It takes ${Object.keys(part.orders).join(', ') || 'nothing'}.`,
    })
  const number = 'value' in order ? order.value : 'degrees' in order ? order.degrees : null
  if (range && number !== null && (number < range.min || number > range.max))
    throw new LaresError('bad_params', `${number} is out of range: ${range.min} to ${range.max}`, {
      hint: 'Choose a number in it.',
    })
  const word = 'option' in order ? order.option : 'mode' in order ? order.mode : undefined
  if (word !== undefined && options && !options.includes(word))
    throw new LaresError('bad_params', `${part.name || part.component} has no option ${word}`, {
      hint: `It has ${options.join(', ')}.`,
    })
  return write(order)
}
