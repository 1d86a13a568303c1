import { z } from 'zod'
import { nearestName } from '../../shared/nearest-name.ts'
import { SENSOR_KINDS } from '../../shared/sensors/index.ts'

/** Kinds that can be measured. The state of an output is known to who drives it. */
const MEASURED = new Set([...SENSOR_KINDS.values()].filter(({ output }) => output === null).map(({ kind }) => kind))

/** What a sensor measures, by the name of its kind. */
export const kindSetting = z.string().refine((name) => MEASURED.has(name), {
  error: ({ input }) => {
    const kinds = [...MEASURED]
    const nearest = nearestName(String(input), kinds)
    return `${JSON.stringify(input)} is no kind; ${nearest === null ? `there are ${kinds.join(', ')}` : `did you mean ${nearest}?`}`
  },
})
