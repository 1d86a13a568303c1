import { sensorKind } from './kind.ts'

export const power = sensorKind({
  kind: 'power',
  label: 'Power',
  unit: 'W',
  otherUnits: [
    { unit: 'mW', factor: 0.001 },
    { unit: 'kW', factor: 1_000 },
    { unit: 'MW', factor: 1_000_000 },
  ],
  min: null,
  max: null,
  precision: 1,
  deviceClass: 'power',
})
