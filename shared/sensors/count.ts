import { sensorKind } from './kind.ts'

export const count = sensorKind({
  kind: 'count',
  label: 'Count',
  unit: '',
  min: null,
  max: null,
  precision: 0,
  deviceClass: null,
})
