import { sensorKind } from './kind.ts'

export const energy = sensorKind({
  kind: 'energy',
  label: 'Energy',
  unit: 'kWh',
  min: 0,
  max: null,
  precision: 3,
  deviceClass: 'energy',
})
