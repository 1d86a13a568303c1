import { z } from 'zod'
import { LaresError } from '../../shared/errors.ts'
import { readLoad } from '../health/load.ts'
import { sourceDriver } from './source.ts'

export const loadSource = sourceDriver({
  driver: 'load',
  summary: 'How many processes wanted to run, averaged over 1, 5 or 15 minutes (/proc/loadavg)',
  settings: z.strictObject({ minutes: z.literal([1, 5, 15]).default(1) }),
  defaults: { intervalS: 60, deadband: { load: 0.1 } },
  create: (key, { minutes }, machine) => ({
    name: key,
    sensors: [{ key, kind: 'load', unit: '', name: `Load (${minutes} min)` }],
    async read(_signal, hand) {
      const value = (await readLoad(machine))[minutes === 1 ? 0 : minutes === 5 ? 1 : 2]
      if (value === null) throw new LaresError('bad_value', `/proc/loadavg has no average over ${minutes} minutes`)
      hand({ sensor: key, value })
    },
  }),
})
