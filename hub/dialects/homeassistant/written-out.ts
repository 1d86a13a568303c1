import { asObject } from '../payload.ts'
import { ABBREVIATIONS, DEVICE_ABBREVIATIONS, ORIGIN_ABBREVIATIONS } from './abbreviations.ts'

type Values = Readonly<Record<string, unknown>>

/** What an announcement or a part of it says, with its keys written out and its base topic put in. */
export function writtenOut(given: Values, base: unknown = given['~']): Values {
  const { '~': _base, ...rest } = given
  const values = longKeys(rest, ABBREVIATIONS)
  const device = asObject(values.device)
  const origin = asObject(values.origin)
  const availability = values.availability
  return {
    ...withBase(values, base),
    ...(device === null ? {} : { device: longKeys(device, DEVICE_ABBREVIATIONS) }),
    ...(origin === null ? {} : { origin: longKeys(origin, ORIGIN_ABBREVIATIONS) }),
    ...(availability === undefined ? {} : { availability: availabilityOf(availability, base) }),
  }
}

function availabilityOf(given: unknown, base: unknown): unknown {
  const list: unknown[] = Array.isArray(given) ? given : [given]
  return list.map((one) => withBase(longKeys(asObject(one) ?? {}, ABBREVIATIONS), base))
}

/** A key that is written out wins over its short name. */
function longKeys(values: Values, table: ReadonlyMap<string, string>): Values {
  const entries = Object.entries(values)
  const short = entries.flatMap(([key, value]) => {
    const long = table.get(key)
    return long === undefined ? [] : [[long, value] as const]
  })
  return Object.fromEntries([...short, ...entries.filter(([key]) => !table.has(key))])
}

/** A topic that begins or ends with `~` has the base there. */
function withBase(values: Values, base: unknown): Values {
  if (typeof base !== 'string') return values
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      if (typeof value !== 'string' || !key.endsWith('topic')) return [key, value]
      if (value.startsWith('~')) return [key, base + value.slice(1)]
      return [key, value.endsWith('~') ? value.slice(0, -1) + base : value]
    }),
  )
}
