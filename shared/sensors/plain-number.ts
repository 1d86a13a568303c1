import { sensorKind } from './kind.ts'

export const plainNumber = sensorKind({
  kind: 'number',
  label: 'Number',
  unit: '',
  min: null,
  max: null,
  precision: 3,
  deviceClass: null,
})
