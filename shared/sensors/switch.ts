import { sensorKind } from './kind.ts'

/** The state of an output that is on or off. */
export const switchState = sensorKind({
  kind: 'switch',
  label: 'Switch',
  unit: '',
  min: 0,
  max: 1,
  precision: 0,
  deviceClass: null,
  binary: true,
  output: 'switch',
})
