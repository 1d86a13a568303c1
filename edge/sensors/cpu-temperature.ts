import { z } from 'zod'
import { LaresError } from '../../shared/errors.ts'
import { readCpuTemperature } from '../health/cpu-temperature.ts'
import { sourceDriver } from './source.ts'

export const cpuTemperatureSource = sourceDriver({
  driver: 'cpu-temperature',
  summary: "The CPU's own thermometer (/sys/class/thermal)",
  settings: z.strictObject({}),
  defaults: { intervalS: 30, deadband: { temperature: 0.5 } },
  create: (key, _settings, machine) => ({
    name: key,
    sensors: [{ key, kind: 'temperature', unit: '°C', name: 'CPU temperature' }],
    async read(_signal, hand) {
      const value = await readCpuTemperature(machine)
      if (value === null)
        throw new LaresError('device_missing', 'no thermal zone of a CPU below /sys/class/thermal', {
          hint: `Virtual machines have none. Remove [sensors.${key}] from the configuration file.`,
        })
      hand({ sensor: key, value })
    },
  }),
})
