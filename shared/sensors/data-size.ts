import { sensorKind } from './kind.ts'

export const dataSize = sensorKind({
  kind: 'data_size',
  label: 'Data size',
  unit: 'MB',
  min: 0,
  max: null,
  precision: 0,
  deviceClass: 'data_size',
})
