import { sensorKind } from './kind.ts'

export const motion = sensorKind({
  kind: 'motion',
  label: 'Motion',
  unit: '',
  min: 0,
  max: 1,
  precision: 0,
  deviceClass: 'motion',
  binary: true,
})
