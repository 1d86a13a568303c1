/** Home Assistant's device class of what Zigbee2MQTT calls so, where it is a number: zigbee2mqtt.io, "Exposes". */
const OF_NUMBERS: Readonly<Record<string, string>> = {
  battery: 'battery',
  co2: 'carbon_dioxide',
  current: 'current',
  device_temperature: 'temperature',
  energy: 'energy',
  formaldehyd: 'volatile_organic_compounds',
  humidity: 'humidity',
  illuminance: 'illuminance',
  illuminance_lux: 'illuminance',
  local_temperature: 'temperature',
  noise: 'sound_pressure',
  pm10: 'pm10',
  pm25: 'pm25',
  power: 'power',
  power_factor: 'power_factor',
  pressure: 'pressure',
  produced_energy: 'energy',
  soil_moisture: 'moisture',
  temperature: 'temperature',
  voc: 'volatile_organic_compounds_parts',
  voltage: 'voltage',
}

/** And where it is yes or no. */
const OF_BINARIES: Readonly<Record<string, string>> = {
  battery_low: 'battery',
  carbon_monoxide: 'carbon_monoxide',
  contact: 'door',
  gas: 'gas',
  moving: 'moving',
  noise_detected: 'sound',
  occupancy: 'motion',
  presence: 'occupancy',
  rain: 'moisture',
  smoke: 'smoke',
  tamper: 'tamper',
  vibration: 'vibration',
  water_leak: 'moisture',
}

/** What is for the repair, although Zigbee2MQTT does not say so of all devices. */
const DIAGNOSTIC = new Set(['linkquality', 'battery', 'battery_low', 'voltage', 'update_available'])

export function numberClass(name: string): string | null {
  return OF_NUMBERS[name] ?? null
}

export function binaryClass(name: string): string | null {
  return OF_BINARIES[name] ?? null
}

export function isDiagnostic(name: string): boolean {
  return DIAGNOSTIC.has(name)
}
