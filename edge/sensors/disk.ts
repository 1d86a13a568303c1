import { z } from 'zod'
import { LaresError } from '../../shared/errors.ts'
import { readDiskUse } from '../health/disk.ts'
import { sourceDriver } from './source.ts'

export const diskSource = sourceDriver({
  driver: 'disk',
  summary: 'Used and free space of the file system that holds a path',
  settings: z.strictObject({ path: z.string().startsWith('/', 'is to begin with /').default('/') }),
  defaults: { intervalS: 300, deadband: { percentage: 0.5, data_size: 50 } },
  create: (key, { path }, machine) => ({
    name: key,
    sensors: [
      { key: `${key}_used`, kind: 'percentage', unit: '%', name: 'Disk used' },
      { key: `${key}_free`, kind: 'data_size', unit: 'MB', name: 'Disk free' },
    ],
    async read(_signal, hand) {
      const { usedPercent, freeMb } = await readDiskUse(machine, path)
      hand(
        usedPercent === null
          ? { sensor: `${key}_used`, error: new LaresError('bad_value', `the file system of ${path} has no size`) }
          : { sensor: `${key}_used`, value: usedPercent },
      )
      hand({ sensor: `${key}_free`, value: freeMb })
    },
  }),
})
