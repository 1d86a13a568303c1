import { sensorKind } from './kind.ts'

export const pressure = sensorKind({
  kind: 'pressure',
  label: 'Air pressure',
  unit: 'hPa',
  min: 0,
  max: 2000,
  precision: 1,
  deviceClass: 'atmospheric_pressure',
})
