import { sensorKind } from './kind.ts'

export const distance = sensorKind({
  kind: 'distance',
  label: 'Distance',
  unit: 'm',
  min: 0,
  max: null,
  precision: 3,
  deviceClass: 'distance',
})
