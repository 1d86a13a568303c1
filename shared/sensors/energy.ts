import { sensorKind } from './kind.ts'

export const energy = sensorKind({
  kind: 'energy',
  label: 'Energy',
  unit: 'kWh',
  otherUnits: [
    { unit: 'Wh', factor: 0.001 },
    { unit: 'MWh', factor: 1_000 },
  ],
  min: 0,
  max: null,
  precision: 3,
  deviceClass: 'energy',
})
