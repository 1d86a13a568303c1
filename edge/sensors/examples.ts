/** A table that works for each driver, below `[sensors.<key>]`. */
export const DRIVER_EXAMPLES: ReadonlyMap<string, string> = new Map([
  [
    'command',
    'driver = "command"\ncommand = ["/usr/local/bin/solar-power"]\nkind = "power"\ninterval_s = 10\nname = "Solar power"',
  ],
  ['cpu-temperature', 'driver = "cpu-temperature"'],
  ['disk', 'driver = "disk"\npath = "/"'],
  ['iio', 'driver = "iio"\ndevice = "bme280"'],
  ['load', 'driver = "load"\nminutes = 5'],
  ['memory', 'driver = "memory"'],
  ['one-wire', 'driver = "one-wire"'],
  ['simulated', 'driver = "simulated"\nkind = "temperature"\npattern = "walk"'],
])

/** A line that works for each key that tables of sensors may have. */
const KEY_EXAMPLES: ReadonlyMap<string, string> = new Map([
  ['driver', 'driver = "one-wire"'],
  ['interval_s', 'interval_s = 30'],
  ['deadband', 'deadband = 0.5'],
  ['max_silence_s', 'max_silence_s = 900'],
  ['name', 'name = "Cellar"'],
  ['unit', 'unit = "l"'],
  ['sensors', 'sensors = ["cellar_used"]'],
  ['command', 'command = ["/usr/local/bin/solar-power"]'],
  ['timeout_s', 'timeout_s = 10'],
  ['kind', 'kind = "temperature"'],
  ['values', 'values = { power = { kind = "power", name = "Solar" } }'],
  ['path', 'path = "/"'],
  ['device', 'device = "bme280"'],
  ['minutes', 'minutes = 5'],
  ['pattern', 'pattern = "walk"'],
  ['min', 'min = 15'],
  ['max', 'max = 25'],
  ['period_s', 'period_s = 3600'],
  ['seed', 'seed = 7'],
])

/** What works in the table of this label, by the place in the file: each key, and the whole table of its driver. */
export function tableExamples(label: string, driver: unknown): ReadonlyMap<string, string> {
  const whole = DRIVER_EXAMPLES.get(String(driver)) ?? 'driver = "one-wire"\ninterval_s = 30'
  const lines = [...KEY_EXAMPLES].map(([key, line]): [string, string] => [`sensors.${label}.${key}`, line])
  return new Map([['sensors', whole], ...lines])
}
