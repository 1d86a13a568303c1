import { sensorKind } from './kind.ts'

export const humidity = sensorKind({
  kind: 'humidity',
  label: 'Humidity',
  unit: '%',
  min: 0,
  max: 100,
  precision: 1,
  deviceClass: 'humidity',
})
