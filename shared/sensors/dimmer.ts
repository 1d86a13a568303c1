import { sensorKind } from './kind.ts'

/** The state of an output between off and all it has. */
export const dimmerState = sensorKind({
  kind: 'dimmer',
  label: 'Dimmer',
  unit: '%',
  min: 0,
  max: 100,
  precision: 1,
  deviceClass: null,
  output: 'light',
})
