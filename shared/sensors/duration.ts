import { sensorKind } from './kind.ts'

export const duration = sensorKind({
  kind: 'duration',
  label: 'Duration',
  unit: 's',
  min: 0,
  max: null,
  precision: 0,
  deviceClass: 'duration',
})
