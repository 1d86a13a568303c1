import { sensorKind } from './kind.ts'

export const current = sensorKind({
  kind: 'current',
  label: 'Current',
  unit: 'A',
  otherUnits: [{ unit: 'mA', factor: 0.001 }],
  min: -10000,
  max: 10000,
  precision: 3,
  deviceClass: 'current',
})
