import { sensorKind } from './kind.ts'

export const load = sensorKind({
  kind: 'load',
  label: 'Load',
  unit: '',
  min: 0,
  max: 10000,
  precision: 2,
  deviceClass: null,
})
