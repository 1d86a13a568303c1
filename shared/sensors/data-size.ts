import { sensorKind } from './kind.ts'

export const dataSize = sensorKind({
  kind: 'data_size',
  label: 'Data size',
  unit: 'MB',
  otherUnits: [
    { unit: 'B', factor: 1e-6 },
    { unit: 'kB', factor: 0.001 },
    { unit: 'GB', factor: 1_000 },
    { unit: 'MiB', factor: 1.048576 },
    { unit: 'GiB', factor: 1_073.741824 },
  ],
  min: 0,
  max: null,
  precision: 0,
  deviceClass: 'data_size',
})
