import { sensorKind } from './kind.ts'

export const distance = sensorKind({
  kind: 'distance',
  label: 'Distance',
  unit: 'm',
  otherUnits: [
    { unit: 'mm', factor: 0.001 },
    { unit: 'cm', factor: 0.01 },
    { unit: 'km', factor: 1_000 },
    { unit: 'in', factor: 0.0254 },
    { unit: 'ft', factor: 0.3048 },
  ],
  min: 0,
  max: null,
  precision: 3,
  deviceClass: 'distance',
})
