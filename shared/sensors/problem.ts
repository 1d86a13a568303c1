import { sensorKind } from './kind.ts'

export const problem = sensorKind({
  kind: 'problem',
  label: 'Problem',
  unit: '',
  min: 0,
  max: 1,
  precision: 0,
  deviceClass: 'problem',
  binary: true,
})
