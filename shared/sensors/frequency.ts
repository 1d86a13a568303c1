import { sensorKind } from './kind.ts'

export const frequency = sensorKind({
  kind: 'frequency',
  label: 'Frequency',
  unit: 'Hz',
  otherUnits: [
    { unit: 'kHz', factor: 1_000 },
    { unit: 'MHz', factor: 1_000_000 },
    { unit: 'GHz', factor: 1_000_000_000 },
  ],
  min: 0,
  max: null,
  precision: 1,
  deviceClass: 'frequency',
})
