import { sensorKind } from './kind.ts'

export const frequency = sensorKind({
  kind: 'frequency',
  label: 'Frequency',
  unit: 'Hz',
  min: 0,
  max: null,
  precision: 1,
  deviceClass: 'frequency',
})
