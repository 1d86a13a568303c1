import { LaresError } from '../../shared/errors.ts'

interface ChannelType {
  kind: string
  unit: string
  label: string
  /** From the kernel's unit to ours. */
  factor: number
}

/**
 * The kernel's units, from its documentation sysfs-bus-iio: milli degrees Celsius, milli percent, kilopascal, lux,
 * millivolts, milliamperes, milliwatts, metres; a concentration is in percent.
 */
const TYPES: ReadonlyMap<string, ChannelType> = new Map([
  ['temp', { kind: 'temperature', unit: '°C', label: 'temperature', factor: 0.001 }],
  ['humidityrelative', { kind: 'humidity', unit: '%', label: 'humidity', factor: 0.001 }],
  ['pressure', { kind: 'pressure', unit: 'hPa', label: 'pressure', factor: 10 }],
  ['illuminance', { kind: 'illuminance', unit: 'lx', label: 'light', factor: 1 }],
  ['voltage', { kind: 'voltage', unit: 'V', label: 'voltage', factor: 0.001 }],
  ['current', { kind: 'current', unit: 'A', label: 'current', factor: 0.001 }],
  ['power', { kind: 'power', unit: 'W', label: 'power', factor: 0.001 }],
  ['distance', { kind: 'distance', unit: 'm', label: 'distance', factor: 1 }],
  ['concentration_co2', { kind: 'carbon_dioxide', unit: 'ppm', label: 'carbon dioxide', factor: 10_000 }],
])

const VALUE_FILE = /^in_(concentration_co2|[a-z]+)(\d*)((?:_[a-z0-9]+)*)_(input|raw)$/

export interface Channel extends ChannelType {
  /** The value's file. `_input` is in the kernel's unit already, `_raw` wants offset and scale. */
  file: string
  raw: boolean
  /** Files of offset and scale, own or shared by all channels of the type. `null`: 0 and 1. */
  offset: string | null
  scale: string | null
  /** Behind the source's key: `temperature`, `voltage3`, `temperature_object`. */
  suffix: string
}

/** The channel whose value is in this file, or `null` when it is none of ours. `_input` wins over `_raw`. */
export function channelOf(file: string, files: readonly string[]): Channel | null {
  const [, typeName = '', index = '', modifier = '', form] = VALUE_FILE.exec(file) ?? []
  const type = TYPES.get(typeName)
  if (!type) return null
  const own = `in_${typeName}${index}${modifier}`
  if (form === 'raw' && files.includes(`${own}_input`)) return null
  const find = (what: string) =>
    [`${own}_${what}`, `in_${typeName}${index}_${what}`, `in_${typeName}_${what}`].find((name) =>
      files.includes(name),
    ) ?? null
  return {
    ...type,
    label: `${type.label}${index && ` ${index}`}${modifier.replaceAll('_', ' ')}`,
    file,
    raw: form === 'raw',
    offset: find('offset'),
    scale: find('scale'),
    suffix: `${type.kind}${index}${modifier}`,
  }
}

/** The value in our unit. Rejects when a file holds no number. */
export async function readChannel(
  channel: Channel,
  readNumber: (file: string) => Promise<number | null>,
): Promise<number> {
  const need = async (file: string) => {
    const number = await readNumber(file)
    if (number === null) throw new LaresError('bad_value', `${file} holds no number`)
    return number
  }
  const value = await need(channel.file)
  if (!channel.raw) return value * channel.factor
  const offset = channel.offset === null ? 0 : await need(channel.offset)
  const scale = channel.scale === null ? 1 : await need(channel.scale)
  return (value + offset) * scale * channel.factor
}
