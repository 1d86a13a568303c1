import { sensorKind } from './kind.ts'

export const voltage = sensorKind({
  kind: 'voltage',
  label: 'Voltage',
  unit: 'V',
  min: -100000,
  max: 100000,
  precision: 3,
  deviceClass: 'voltage',
})
