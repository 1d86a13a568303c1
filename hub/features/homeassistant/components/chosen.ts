import { type ComponentOf, classAmong, VALUE } from './component.ts'
import { measuredAs } from './measured-classes.ts'

/** home-assistant.io, "MQTT Number": `command_topic`. */
export const numberComponent: ComponentOf = ({ takes, unit, deviceClass }, { state, set }) => {
  const { device_class } = measuredAs(deviceClass, unit)
  return {
    ...{ platform: 'number', state_topic: state, value_template: VALUE, command_topic: set, mode: 'box' },
    ...(takes?.range && { min: takes.range.min, max: takes.range.max, step: Math.max(0.001, takes.range.step) }),
    ...(unit === '' ? {} : { unit_of_measurement: unit }),
    ...(device_class === undefined ? {} : { device_class }),
  }
}

/** home-assistant.io, "MQTT Select": `command_topic` and `options`. */
export const selectComponent: ComponentOf = ({ takes }, { state, set }) =>
  takes?.options == null
    ? null
    : { platform: 'select', state_topic: state, value_template: VALUE, command_topic: set, options: takes.options }

/** home-assistant.io, "MQTT Text": `command_topic`. */
export const textComponent: ComponentOf = (_entity, { state, set }) => ({
  ...{ platform: 'text', state_topic: state, value_template: VALUE, command_topic: set, max: 255 },
})

/** home-assistant.io, "MQTT Button": `command_topic`. */
export const buttonComponent: ComponentOf = (entity, { set }) => ({
  ...{ platform: 'button', command_topic: set, payload_press: 'press' },
  ...classAmong(entity, 'identify restart update'),
})

/** home-assistant.io, "MQTT Scene": `command_topic`. */
export const sceneComponent: ComponentOf = (_entity, { set }) => ({
  ...{ platform: 'scene', command_topic: set, payload_on: 'press' },
})
