/** What Home Assistant has of a class of sensors: its units, and how its numbers add up. */
interface MeasuredClass {
  /** An empty text is no unit. */
  units: ReadonlySet<string>
  state: 'measurement' | 'total' | 'total_increasing' | null
}

const LENGTHS = 'mm cm m km in ft yd mi nmi'
const VOLUMES = 'L mL m³ ft³ CCF gal fl.\u00a0oz.'
const SPEEDS = 'm/s km/h mph kn ft/s mm/s in/s Beaufort'

/** Class, units with blanks between, `-` for none, and state class: sensor/const.py of Home Assistant, 2026. */
const CLASSES: ReadonlyMap<string, MeasuredClass> = new Map(
  (
    [
      ['apparent_power', 'mVA VA kVA', 'measurement'],
      ['aqi', '-', 'measurement'],
      ['area', 'm² cm² km² mm² in² ft² yd² mi² ac ha', 'measurement'],
      ['atmospheric_pressure', 'Pa hPa kPa bar cbar mbar mmHg inHg psi', 'measurement'],
      ['battery', '%', 'measurement'],
      ['carbon_dioxide', 'ppm', 'measurement'],
      ['carbon_monoxide', 'ppm', 'measurement'],
      ['conductivity', 'S/cm mS/cm µS/cm', 'measurement'],
      ['current', 'A mA', 'measurement'],
      ['data_rate', 'bit/s kbit/s Mbit/s Gbit/s B/s kB/s MB/s GB/s KiB/s MiB/s GiB/s', 'measurement'],
      ['data_size', 'bit kbit Mbit Gbit B kB MB GB TB KiB MiB GiB TiB', 'measurement'],
      ['distance', LENGTHS, 'measurement'],
      ['duration', 'ms s min h d', 'measurement'],
      ['energy', 'Wh kWh MWh GWh J kJ MJ GJ', 'total_increasing'],
      ['energy_storage', 'Wh kWh MWh GWh J kJ MJ GJ', 'measurement'],
      ['frequency', 'Hz kHz MHz GHz', 'measurement'],
      ['gas', 'm³ ft³ CCF L', 'total_increasing'],
      ['humidity', '%', 'measurement'],
      ['illuminance', 'lx', 'measurement'],
      ['irradiance', 'W/m²', 'measurement'],
      ['moisture', '%', 'measurement'],
      ['nitrogen_dioxide', 'µg/m³', 'measurement'],
      ['nitrogen_monoxide', 'µg/m³', 'measurement'],
      ['nitrous_oxide', 'µg/m³', 'measurement'],
      ['ozone', 'µg/m³', 'measurement'],
      ['ph', '-', 'measurement'],
      ['pm1', 'µg/m³', 'measurement'],
      ['pm10', 'µg/m³', 'measurement'],
      ['pm25', 'µg/m³', 'measurement'],
      ['power', 'W kW MW GW', 'measurement'],
      ['power_factor', '- %', 'measurement'],
      ['precipitation', 'cm in mm', 'total_increasing'],
      ['precipitation_intensity', 'in/d in/h mm/d mm/h', 'measurement'],
      ['pressure', 'Pa hPa kPa bar cbar mbar mmHg inHg psi', 'measurement'],
      ['reactive_power', 'var', 'measurement'],
      ['signal_strength', 'dB dBm', 'measurement'],
      ['sound_pressure', 'dB dBA', 'measurement'],
      ['speed', SPEEDS, 'measurement'],
      ['sulphur_dioxide', 'µg/m³', 'measurement'],
      ['temperature', '°C °F K', 'measurement'],
      ['volatile_organic_compounds', 'µg/m³', 'measurement'],
      ['volatile_organic_compounds_parts', 'ppm ppb', 'measurement'],
      ['voltage', 'V mV', 'measurement'],
      ['volume', VOLUMES, 'total_increasing'],
      ['volume_flow_rate', 'm³/h L/min L/h', 'measurement'],
      ['volume_storage', VOLUMES, 'measurement'],
      ['water', 'L m³ ft³ CCF gal', 'total_increasing'],
      ['weight', 'kg g mg µg oz lb st', 'measurement'],
      ['wind_direction', '°', null],
      ['wind_speed', SPEEDS, 'measurement'],
    ] as const
  ).map(([name, units, state]) => [
    name,
    { units: new Set(units.split(' ').map((unit) => (unit === '-' ? '' : unit))), state },
  ]),
)

/** Names of the classes. */
export const MEASURED_CLASSES = [...CLASSES.keys()].join(' ')

/**
 * Class and state class of numbers in a unit. A class that has no such unit is left out, because Home Assistant would take nothing of an
 * entity that it is written on.
 */
export function measuredAs(deviceClass: string | null, unit: string): { device_class?: string; state_class?: string } {
  const known = deviceClass === null ? undefined : CLASSES.get(deviceClass)
  if (deviceClass === null || !known?.units.has(unit)) return { state_class: 'measurement' }
  return { device_class: deviceClass, ...(known.state === null ? {} : { state_class: known.state }) }
}
