import { attribute, type ComponentOf, classAmong, told, VALUE } from './component.ts'

const PLACE = attribute('current_position')
const COVERS = 'awning blind curtain damper door garage gate shade shutter window'

/** home-assistant.io, "MQTT Cover": what is `null` cannot be told. */
export const coverComponent: ComponentOf = (entity, { state, set }) => ({
  ...{ platform: 'cover', state_topic: state, value_template: VALUE },
  ...(told(entity, 'open', 'close', 'stop') && {
    command_topic: set,
    payload_open: told(entity, 'open') ? 'open' : null,
    payload_close: told(entity, 'close') ? 'close' : null,
    payload_stop: told(entity, 'stop') ? 'stop' : null,
  }),
  ...(told(entity, 'position') && {
    ...{ set_position_topic: set, set_position_template: '{{ position }}%' },
    ...{ position_topic: state, position_template: PLACE },
  }),
  ...(told(entity, 'tilt') && {
    ...{ tilt_command_topic: set, tilt_command_template: 'tilt {{ tilt_position }}%' },
    ...{ tilt_status_topic: state, tilt_status_template: attribute('current_tilt_position') },
  }),
  ...classAmong(entity, COVERS),
})

/** home-assistant.io, "MQTT Valve": one that reports where it is takes numbers on its one topic, and no words. */
export const valveComponent: ComponentOf = (entity, { state, set }) => ({
  ...{ platform: 'valve', state_topic: state, command_topic: set },
  ...(told(entity, 'position')
    ? { reports_position: true, value_template: PLACE, command_template: '{{ value }}%' }
    : { value_template: VALUE, payload_open: 'open', payload_close: 'close' }),
  ...(told(entity, 'stop') && { payload_stop: 'stop' }),
  ...classAmong(entity, 'water gas'),
})

/** home-assistant.io, "MQTT Lock": `command_topic`. */
export const lockComponent: ComponentOf = (entity, { state, set }) => ({
  ...{ platform: 'lock', state_topic: state, value_template: VALUE, command_topic: set },
  ...{ payload_lock: 'lock', payload_unlock: 'unlock', ...(told(entity, 'open') && { payload_open: 'open' }) },
  ...{ state_locked: 'locked', state_locking: 'locking', state_unlocked: 'unlocked' },
  ...{ state_unlocking: 'unlocking', state_jammed: 'jammed' },
})
