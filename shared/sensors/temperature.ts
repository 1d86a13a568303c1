import { sensorKind } from './kind.ts'

export const temperature = sensorKind({
  kind: 'temperature',
  label: 'Temperature',
  unit: '°C',
  otherUnits: [
    { unit: '°F', factor: 5 / 9, offset: -160 / 9 },
    { unit: 'K', factor: 1, offset: -273.15 },
  ],
  min: -273.15,
  max: 2000,
  precision: 1,
  deviceClass: 'temperature',
})
