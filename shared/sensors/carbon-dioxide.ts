import { sensorKind } from './kind.ts'

export const carbonDioxide = sensorKind({
  kind: 'carbon_dioxide',
  label: 'Carbon dioxide',
  unit: 'ppm',
  min: 0,
  max: 100000,
  precision: 0,
  deviceClass: 'carbon_dioxide',
})
