import { sensorKind } from './kind.ts'

export const voltage = sensorKind({
  kind: 'voltage',
  label: 'Voltage',
  unit: 'V',
  otherUnits: [
    { unit: 'mV', factor: 0.001 },
    { unit: 'kV', factor: 1_000 },
  ],
  min: -100000,
  max: 100000,
  precision: 3,
  deviceClass: 'voltage',
})
