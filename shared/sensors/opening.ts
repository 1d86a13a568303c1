import { sensorKind } from './kind.ts'

export const opening = sensorKind({
  kind: 'opening',
  label: 'Opening',
  unit: '',
  min: 0,
  max: 1,
  precision: 0,
  deviceClass: 'opening',
  binary: true,
})
