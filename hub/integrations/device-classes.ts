/**
 * What people call a kind of device, and the class that Home Assistant has for it (its platforms: `light`, `climate`). Of several
 * that fit the longest counts, then the one that stands last: a light switch is a switch, a motion sensor no mere sensor.
 */
const CALLED: Readonly<Record<string, readonly string[]>> = {
  alarm_control_panel: ['alarm', 'alarm panel', 'alarm system', 'security system', 'alarm control panel'],
  binary_sensor: [
    ...[
      'motion',
      'occupancy',
      'presence',
      'contact',
      'smoke',
      'leak',
      'flood',
      'opening',
      'vibration',
      'binary sensor',
    ],
    ...['motion sensor', 'motion detector', 'presence sensor', 'occupancy sensor', 'door sensor', 'window sensor'],
    ...[
      'contact sensor',
      'leak sensor',
      'water sensor',
      'flood sensor',
      'smoke sensor',
      'smoke detector',
      'smoke alarm',
    ],
    ...['co detector', 'vibration sensor', 'garage door sensor', 'door contact', 'window contact', 'water leak sensor'],
  ],
  camera: ['camera', 'cam', 'webcam', 'security camera', 'doorbell camera', 'nvr', 'baby monitor'],
  climate: [
    ...['climate', 'thermostat', 'hvac', 'heating', 'heater', 'trv', 'radiator', 'radiator valve', 'ac', 'aircon'],
    ...['air conditioner', 'air conditioning', 'heat pump', 'radiator thermostat'],
  ],
  cover: [
    ...[
      'cover',
      'blind',
      'shade',
      'shutter',
      'curtain',
      'awning',
      'gate',
      'roller',
      'venetian blind',
      'roller shutter',
    ],
    ...['garage', 'garage door', 'garage door opener', 'window opener'],
  ],
  event: ['button', 'doorbell', 'scene controller', 'wall button'],
  fan: ['fan', 'ventilator', 'ventilation', 'ceiling fan', 'air purifier', 'purifier'],
  humidifier: ['humidifier', 'dehumidifier'],
  lawn_mower: ['mower', 'lawn mower', 'lawnmower', 'robot mower'],
  light: [
    ...['light', 'lamp', 'bulb', 'led', 'lighting', 'lightstrip', 'chandelier', 'dimmer', 'luminaire', 'spot'],
    ...['light bulb', 'smart bulb', 'led strip', 'light strip', 'smart light'],
  ],
  lock: ['lock', 'deadbolt', 'door lock', 'smart lock'],
  media_player: [
    ...['media player', 'speaker', 'smart speaker', 'tv', 'television', 'soundbar', 'receiver', 'amplifier', 'radio'],
    ...['chromecast', 'streamer', 'projector', 'av receiver', 'smart tv', 'smart display'],
  ],
  remote: ['remote', 'remote control', 'ir blaster'],
  sensor: [
    ...[
      'sensor',
      'thermometer',
      'hygrometer',
      'barometer',
      'meter',
      'temperature',
      'humidity',
      'illuminance',
      'inverter',
    ],
    ...['air quality', 'weather station', 'energy meter', 'power meter', 'smart meter', 'rain gauge', 'energy monitor'],
    ...['temperature sensor', 'humidity sensor', 'light sensor', 'lux sensor', 'soil sensor', 'solar inverter'],
  ],
  siren: ['siren', 'alarm siren'],
  switch: [
    ...['switch', 'plug', 'socket', 'outlet', 'relay', 'power strip', 'smart plug', 'smart switch', 'light switch'],
    ...['wall switch', 'wall plug', 'power outlet'],
  ],
  vacuum: ['vacuum', 'hoover', 'roomba', 'vacuum cleaner', 'robot vacuum', 'robot vacuum cleaner'],
  valve: ['valve', 'irrigation', 'sprinkler', 'water valve', 'gas valve', 'sprinkler valve'],
  water_heater: ['boiler', 'water heater', 'hot water'],
}

const CLASS_OF: ReadonlyMap<string, string> = new Map(
  Object.entries(CALLED).flatMap(([name, called]) => [
    [plainWords(name).join(' '), name] as const,
    ...called.map((words) => [words, name] as const),
  ]),
)
/** Of what people call a kind. */
const MOST_WORDS = 3

/** The class of a device by what people call its kind, such as `Motion_Sensor` or `ceilingLights`; `null` where nobody knows it. */
export function deviceClassBy(kind: string): string | null {
  const words = plainWords(kind)
  for (let count = Math.min(MOST_WORDS, words.length); count > 0; count -= 1)
    for (let at = words.length - count; at >= 0; at -= 1) {
      const found = CLASS_OF.get(words.slice(at, at + count).join(' '))
      if (found !== undefined) return found
    }
  return null
}

/** The words of a name however it is written: `smartPlugs`, `SMART-PLUG` and `smart_plug` are one. A plural is its singular. */
export function plainWords(name: string): string[] {
  return name
    .normalize('NFC')
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLocaleLowerCase('en')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .map((word) => (word.length > 3 && /[^s]s$/.test(word) ? word.replace(/s$/, '') : word))
}
