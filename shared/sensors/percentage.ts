import { sensorKind } from './kind.ts'

export const percentage = sensorKind({
  kind: 'percentage',
  label: 'Percentage',
  unit: '%',
  min: 0,
  max: 100,
  precision: 1,
  deviceClass: null,
})
