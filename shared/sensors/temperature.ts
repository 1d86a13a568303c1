import { sensorKind } from './kind.ts'

export const temperature = sensorKind({
  kind: 'temperature',
  label: 'Temperature',
  unit: '°C',
  min: -273.15,
  max: 2000,
  precision: 1,
  deviceClass: 'temperature',
})
