import { sensorKind } from './kind.ts'

export const signalStrength = sensorKind({
  kind: 'signal_strength',
  label: 'Signal strength',
  unit: 'dBm',
  min: -200,
  max: 50,
  precision: 0,
  deviceClass: 'signal_strength',
})
