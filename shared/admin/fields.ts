import { z } from 'zod'
import { deviceName, jsonObject, text, timeMs } from '../messages/fields.ts'

/** A time in an answer: milliseconds since 1970 UTC, shown to people in their own zone. */
export const time = timeMs.meta({ format: 'time' })

/** A span of time in an answer. */
export const durationMs = z.number().meta({ format: 'duration-ms' })
export const durationS = z.number().meta({ format: 'duration-s' })

export const bytes = z.number().meta({ format: 'bytes' })

/** A value as its sensor gave it: shown with the digits that its kind has, `sensor_type` beside it or above. */
export const sensorValue = z.number().meta({ format: 'sensor-value' })

/** An id in an answer: a terminal shows it whole or not at all, because people copy it. */
export const id = z.string().meta({ format: 'id' })

/** A command in an answer: never broken into lines, because people copy it and a shell runs what stands before the break. */
export const toType = z.string().meta({ format: 'to-type' })

/** A line of the log as pino writes it: shown to people in words. */
export const logLine = z.string().meta({ format: 'log-line' })

/** A device that is asked for: its id, or its name where only one has it. */
export const deviceParam = deviceName.meta({ format: 'device' })

/** A sensor that is asked for: its key, or its name where only one of the device has it. */
export const sensorParam = text(255).min(1).meta({ format: 'sensor' })

/** A time that is asked for: milliseconds, or a text as people write it. `momentOf` makes a number of it. */
export const timeParam = z.union([timeMs, text(60).min(1)]).meta({ format: 'time' })

/** The same, where a span such as `30d` lies ahead. */
export const timeAheadParam = z.union([timeMs, text(60).min(1)]).meta({ format: 'time-ahead' })

/** An object that is asked for: as one, or as its JSON in a text, which is how a command line writes it. */
export const objectParam = z
  .unknown()
  .transform((given, context) => {
    const value = typeof given === 'string' ? parsed(given) : given
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
    context.addIssue({ code: 'custom', message: 'is no JSON object; write it like {"quiet": true}' })
    return z.NEVER
  })
  .pipe(jsonObject)

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
