import { LaresError } from '../../shared/errors.ts'
import { isPossible } from '../../shared/sensor-range.ts'
import { SENSOR_KINDS } from '../../shared/sensors/index.ts'
import type { SensorDescription, SensorResult, SensorValue } from './source.ts'

/**
 * What may leave this device: a finite number of a sensor that the source has announced, rounded to the digits its kind
 * calls meaningful. Outside the kind's physical range it keeps its value and gets quality 0. Everything else is an error.
 */
export function checkValue(result: SensorResult, sensors: readonly SensorDescription[]): SensorValue | Error {
  if ('error' in result) return result.error
  const sensor = sensors.find(({ key }) => key === result.sensor)
  if (!sensor)
    return new LaresError('bad_value', `a value for ${result.sensor}, which is no sensor of this source`, {
      hint: 'This is a fault of the source: it must list every sensor it measures.',
    })
  if (!Number.isFinite(result.value)) return new LaresError('bad_value', `${result.sensor} gave ${result.value}`)
  const kind = SENSOR_KINDS.get(sensor.kind)
  if (!kind) return { ...result }
  const outside = !isPossible(sensor.kind, sensor.unit, result.value)
  const value = sensor.unit === kind.unit ? Number(result.value.toFixed(kind.precision)) : result.value
  return outside ? { sensor: result.sensor, value, quality: 0 } : { ...result, value }
}
