import { sensorKind } from './kind.ts'

export const pressure = sensorKind({
  kind: 'pressure',
  label: 'Air pressure',
  unit: 'hPa',
  otherUnits: [
    { unit: 'Pa', factor: 0.01 },
    { unit: 'kPa', factor: 10 },
    { unit: 'mbar', factor: 1 },
    { unit: 'bar', factor: 1_000 },
    { unit: 'inHg', factor: 33.863886 },
    { unit: 'mmHg', factor: 1.33322387 },
    { unit: 'psi', factor: 68.9475729 },
  ],
  min: 0,
  max: 2000,
  precision: 1,
  deviceClass: 'atmospheric_pressure',
})
