import { sensorKind } from './kind.ts'

export const illuminance = sensorKind({
  kind: 'illuminance',
  label: 'Light',
  unit: 'lx',
  min: 0,
  max: 200000,
  precision: 0,
  deviceClass: 'illuminance',
})
