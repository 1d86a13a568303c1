import { attribute, type Component, type ComponentOf, ON_OR_OFF, told } from './component.ts'

/** Home Assistant counts a brightness to 255, as our attributes do; what is told is percent. */
const PERCENT = '{{ (value / 2.55) | round(1) }}%'
const COLOUR = "{{ (value_json.attributes | default({})).hs_color | default([], true) | join(',') }}"
/** Home Assistant takes whole kelvin. */
const KELVIN =
  "{% set k = (value_json.attributes | default({})).color_temp_kelvin | default(0, true) %}{{ k | round | int if k else '' }}"
const LOOK =
  "{% set m = (value_json.attributes | default({})).color_mode | default('', true) %}" +
  "{{ '' if m == '' else 'color_temp' if m == 'color_temp' else 'hs' }}"

/** home-assistant.io, "MQTT Light", default schema: `command_topic`. Each order is one that a person would write. */
export const lightComponent: ComponentOf = (entity, { state, set }) => {
  const base: Component = {
    ...{ platform: 'light', state_topic: state, state_value_template: ON_OR_OFF },
    ...{ command_topic: set, payload_on: 'on', payload_off: 'off' },
  }
  if (entity.isOwn) return { ...base, ...dimmed(state, set) }
  return {
    ...base,
    ...(told(entity, 'level') && {
      ...{ brightness_command_topic: set, brightness_command_template: PERCENT },
      ...{ brightness_state_topic: state, brightness_value_template: attribute('brightness') },
    }),
    ...look(entity, state, set),
  }
}

/** The dimmer of an agent says how bright it is as its state; `on` would be all that it has. */
function dimmed(state: string, set: string) {
  return {
    ...{ brightness_scale: 100, on_command_type: 'brightness' },
    ...{ brightness_command_topic: set, brightness_command_template: '{{ value }}%' },
    ...{ brightness_state_topic: state, brightness_value_template: "{{ value_json.value | default('', true) }}" },
  }
}

function look(entity: Parameters<ComponentOf>[0], state: string, set: string) {
  const limits = entity.takes?.limits ?? {}
  const range = limits.color_temperature?.range
  const effects = told(entity, 'effect') ? (limits.effect?.options ?? []) : []
  return {
    ...(told(entity, 'color') && {
      ...{ hs_command_topic: set, hs_command_template: 'hs({{ hue }}, {{ sat }})' },
      ...{ hs_state_topic: state, hs_value_template: COLOUR },
    }),
    ...(told(entity, 'color_temperature') && {
      ...{ color_temp_kelvin: true, color_temp_command_topic: set, color_temp_command_template: '{{ value }} K' },
      ...{ color_temp_state_topic: state, color_temp_value_template: KELVIN },
      ...(range && { min_kelvin: Math.round(range.min), max_kelvin: Math.round(range.max) }),
    }),
    ...(told(entity, 'color') &&
      told(entity, 'color_temperature') && { color_mode_state_topic: state, color_mode_value_template: LOOK }),
    ...(effects.length > 0 && {
      ...{ effect_list: effects, effect_command_topic: set, effect_command_template: 'effect {{ value }}' },
      ...{ effect_state_topic: state, effect_value_template: attribute('effect') },
    }),
  }
}
