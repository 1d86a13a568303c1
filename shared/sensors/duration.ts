import { sensorKind } from './kind.ts'

export const duration = sensorKind({
  kind: 'duration',
  label: 'Duration',
  unit: 's',
  otherUnits: [
    { unit: 'ms', factor: 0.001 },
    { unit: 'min', factor: 60 },
    { unit: 'h', factor: 3_600 },
    { unit: 'd', factor: 86_400 },
  ],
  min: 0,
  max: null,
  precision: 0,
  deviceClass: 'duration',
})
