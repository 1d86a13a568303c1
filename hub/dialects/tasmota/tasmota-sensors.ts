import { asObject } from '../payload.ts'

/** A number that a device measures: where it stands in the sensors' message, `['AM2301', 'Temperature']`, and its unit. */
export interface TasmotaSensor {
  path: readonly string[]
  unit: string
}

/** By the last key of its path: Home Assistant's class and the unit that Tasmota means; tasmota.github.io, "Supported peripherals". */
const LOOKS: Readonly<Record<string, { deviceClass: string | null; unit: string }>> = {
  Temperature: { deviceClass: 'temperature', unit: '°C' },
  Humidity: { deviceClass: 'humidity', unit: '%' },
  DewPoint: { deviceClass: 'temperature', unit: '°C' },
  Pressure: { deviceClass: 'pressure', unit: 'hPa' },
  SeaPressure: { deviceClass: 'pressure', unit: 'hPa' },
  Illuminance: { deviceClass: 'illuminance', unit: 'lx' },
  CarbonDioxide: { deviceClass: 'carbon_dioxide', unit: 'ppm' },
  'PM2.5': { deviceClass: 'pm25', unit: 'µg/m³' },
  PM10: { deviceClass: 'pm10', unit: 'µg/m³' },
  Voltage: { deviceClass: 'voltage', unit: 'V' },
  Current: { deviceClass: 'current', unit: 'A' },
  Power: { deviceClass: 'power', unit: 'W' },
  ApparentPower: { deviceClass: 'apparent_power', unit: 'VA' },
  ReactivePower: { deviceClass: 'reactive_power', unit: 'var' },
  Factor: { deviceClass: 'power_factor', unit: '' },
  Frequency: { deviceClass: 'frequency', unit: 'Hz' },
  Total: { deviceClass: 'energy', unit: 'kWh' },
  Today: { deviceClass: 'energy', unit: 'kWh' },
  Yesterday: { deviceClass: 'energy', unit: 'kWh' },
  Distance: { deviceClass: 'distance', unit: 'cm' },
}

/** Where a shutter is says the shutter itself. */
const SHUTTER = /^Shutter\d+$/
const LEVELS = 3
const MOST = 128

/** Every number in the sensors' message, with the units of temperature and pressure that the device says. */
export function tasmotaSensors(sn: Readonly<Record<string, unknown>>): TasmotaSensor[] {
  const units: Readonly<Record<string, string>> = {
    '°C': sn.TempUnit === 'F' ? '°F' : '°C',
    hPa: typeof sn.PressureUnit === 'string' ? sn.PressureUnit : 'hPa',
  }
  return valuesIn(sn, [])
    .filter(([first = '']) => !SHUTTER.test(first))
    .filter((_, at) => at < MOST)
    .map((path) => {
      const unit = LOOKS[path.at(-1) ?? '']?.unit ?? ''
      return { path, unit: units[unit] ?? unit }
    })
}

export function sensorLook({ path }: TasmotaSensor): { deviceClass: string | null; name: string; component: string } {
  const deviceClass = LOOKS[path.at(-1) ?? '']?.deviceClass ?? null
  return { deviceClass, name: path.join(' '), component: 'sensor' }
}

function valuesIn(given: Readonly<Record<string, unknown>>, path: readonly string[]): string[][] {
  if (path.length === LEVELS) return []
  return Object.entries(given).flatMap(([key, value]) => {
    const at = [...path, key]
    if (typeof value === 'number') return [at]
    const inside = asObject(value)
    return inside === null ? [] : valuesIn(inside, at)
  })
}
