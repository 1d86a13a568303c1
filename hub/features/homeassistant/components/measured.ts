import { SENSOR_KINDS } from '../../../../shared/sensors/index.ts'
import { attribute, type ComponentOf, classAmong, ON_OR_OFF, VALUE } from './component.ts'
import { measuredAs } from './measured-classes.ts'

const BINARY =
  'battery battery_charging carbon_monoxide cold connectivity door garage_door gas heat light lock moisture motion moving ' +
  'occupancy opening plug power presence problem running safety smoke sound tamper update vibration window'
/** Classes of words. */
const WORDS = 'date timestamp'

/** home-assistant.io, "MQTT Sensor": `state_topic`. */
export const sensorComponent: ComponentOf = (entity, { state }) => {
  const { kind, unit, deviceClass } = entity
  const known = kind === null ? undefined : SENSOR_KINDS.get(kind)
  const numbers = {
    ...measuredAs(deviceClass, unit),
    ...(unit === '' ? {} : { unit_of_measurement: unit }),
    ...(known && known.unit === unit ? { suggested_display_precision: known.precision } : {}),
  }
  return {
    ...{ platform: 'sensor', state_topic: state, value_template: VALUE },
    ...(kind === null ? classAmong(entity, WORDS) : numbers),
  }
}

/** home-assistant.io, "MQTT Binary sensor": `state_topic`. */
export const binarySensorComponent: ComponentOf = (entity, { state }) => ({
  ...{ platform: 'binary_sensor', state_topic: state, value_template: ON_OR_OFF, payload_on: 'on', payload_off: 'off' },
  ...classAmong(entity, BINARY),
})

/** home-assistant.io, "MQTT Device tracker": `state_topic`. */
export const deviceTrackerComponent: ComponentOf = (_entity, { state }) => ({
  ...{ platform: 'device_tracker', state_topic: state, value_template: VALUE },
})

/** home-assistant.io, "MQTT Update": versions are said, and nothing is installed from there. */
export const updateComponent: ComponentOf = (entity, { state }) => ({
  ...{ platform: 'update', state_topic: state, value_template: attribute('installed_version') },
  ...{ latest_version_topic: state, latest_version_template: attribute('latest_version') },
  ...classAmong(entity, 'firmware'),
})

/** home-assistant.io, "MQTT Event": `event_types`, `state_topic`, and JSON with `event_type`. Its device tells on one topic what happens to all. */
export const eventComponent: ComponentOf = (entity, { event: topic }) => {
  if (entity.says === null || entity.says.length === 0) return null
  const isIts = `value_json.type == 'entity_event' and value_json.sensor == '${entity.key}'`
  return {
    ...{ platform: 'event', state_topic: topic, event_types: entity.says },
    value_template: `{% if ${isIts} %}{"event_type": {{ value_json.new_state | tojson }}}{% endif %}`,
    ...classAmong(entity, 'button doorbell motion'),
  }
}
