import { z } from 'zod'
import { LaresError } from '../../shared/errors.ts'
import { readMemoryUse } from '../health/memory.ts'
import { sourceDriver } from './source.ts'

/** Used is everything that is not available: caches the kernel would give back do not count (`free`, column available). */
export const memorySource = sourceDriver({
  driver: 'memory',
  summary: 'Used and available memory (/proc/meminfo)',
  settings: z.strictObject({}),
  defaults: { intervalS: 60, deadband: { percentage: 1, data_size: 20 } },
  create: (key, _settings, machine) => ({
    name: key,
    sensors: [
      { key: `${key}_used`, kind: 'percentage', unit: '%', name: 'Memory used' },
      { key: `${key}_available`, kind: 'data_size', unit: 'MB', name: 'Memory available' },
    ],
    async read(_signal, hand) {
      const { totalMb, availableMb } = await readMemoryUse(machine)
      if (!totalMb || availableMb === null)
        throw new LaresError('bad_value', '/proc/meminfo has no MemTotal or no MemAvailable')
      hand({ sensor: `${key}_used`, value: 100 * (1 - availableMb / totalMb) })
      hand({ sensor: `${key}_available`, value: availableMb })
    },
  }),
})
