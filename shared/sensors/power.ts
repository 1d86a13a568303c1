import { sensorKind } from './kind.ts'

export const power = sensorKind({
  kind: 'power',
  label: 'Power',
  unit: 'W',
  min: null,
  max: null,
  precision: 1,
  deviceClass: 'power',
})
