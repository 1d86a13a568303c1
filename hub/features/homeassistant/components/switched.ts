import {
  attribute,
  type Component,
  type ComponentOf,
  classAmong,
  type EntityTopics,
  ON_OR_OFF,
  told,
} from './component.ts'

/** What all have that are on or off. */
function switched(platform: string, { state, set }: EntityTopics): Component {
  const look = { state_topic: state, command_topic: set, payload_on: 'on', payload_off: 'off' }
  return { platform, ...look }
}

/** home-assistant.io, "MQTT Switch": `command_topic`. A siren is one too: what it sounds like is not told. */
export const switchComponent: ComponentOf = (entity, topics) => ({
  ...switched('switch', topics),
  ...{ value_template: ON_OR_OFF, state_on: 'on', state_off: 'off' },
  ...classAmong(entity, 'outlet switch'),
})

/** home-assistant.io, "MQTT Fan": `command_topic`. */
export const fanComponent: ComponentOf = (entity, topics) => {
  const { state, set } = topics
  const modes = told(entity, 'mode') ? (entity.takes?.options ?? []) : []
  return {
    ...switched('fan', topics),
    state_value_template: ON_OR_OFF,
    ...(told(entity, 'level') && {
      ...{ percentage_command_topic: set, percentage_command_template: '{{ value }}%' },
      ...{ percentage_state_topic: state, percentage_value_template: attribute('percentage') },
    }),
    ...(modes.length > 0 && {
      ...{ preset_modes: modes, preset_mode_command_topic: set },
      ...{ preset_mode_state_topic: state, preset_mode_value_template: attribute('preset_mode') },
    }),
  }
}

/** home-assistant.io, "MQTT Humidifier": `command_topic` and `target_humidity_command_topic`; one without the latter is a switch. */
export const humidifierComponent: ComponentOf = (entity, topics) => {
  const { state, set } = topics
  if (!told(entity, 'humidity')) return switchComponent(entity, topics)
  const { min = 0, max = 100 } = entity.takes?.limits.humidity?.range ?? {}
  const modes = told(entity, 'mode') ? (entity.takes?.options ?? []) : []
  return {
    ...switched('humidifier', topics),
    ...{ state_value_template: ON_OR_OFF, min_humidity: min, max_humidity: max },
    ...{ target_humidity_command_topic: set, target_humidity_command_template: 'humidity {{ value }}%' },
    ...{ target_humidity_state_topic: state, target_humidity_state_template: attribute('humidity') },
    ...{ current_humidity_topic: state, current_humidity_template: attribute('current_humidity') },
    ...(modes.length > 0 && {
      ...{ modes, mode_command_topic: set, mode_command_template: 'mode {{ value }}' },
      ...{ mode_state_topic: state, mode_state_template: attribute('mode') },
    }),
    ...classAmong(entity, 'humidifier dehumidifier'),
  }
}
