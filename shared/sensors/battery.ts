import { sensorKind } from './kind.ts'

export const battery = sensorKind({
  kind: 'battery',
  label: 'Battery',
  unit: '%',
  min: 0,
  max: 100,
  precision: 0,
  deviceClass: 'battery',
})
