import { z } from 'zod'
import { nearestName } from '../../shared/nearest-name.ts'
import { SENSOR_KINDS } from '../../shared/sensors/index.ts'

/** What a sensor measures, by the name of its kind. */
export const kindSetting = z.string().refine((name) => SENSOR_KINDS.has(name), {
  error: ({ input }) => {
    const kinds = [...SENSOR_KINDS.keys()]
    const nearest = nearestName(String(input), kinds)
    return `${JSON.stringify(input)} is no kind; ${nearest === null ? `there are ${kinds.join(', ')}` : `did you mean ${nearest}?`}`
  },
})
