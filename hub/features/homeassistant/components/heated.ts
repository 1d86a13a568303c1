import type { ShownEntity } from '../shown-device.ts'
import { attribute, type ComponentOf, told, VALUE } from './component.ts'

/** Modes that Home Assistant knows: climate/const.py, water_heater/const.py. */
const CLIMATE = new Set(['auto', 'off', 'cool', 'heat', 'dry', 'fan_only', 'heat_cool'])
const WATER_HEATER = new Set(['off', 'eco', 'electric', 'gas', 'heat_pump', 'high_demand', 'performance'])

/** home-assistant.io, "MQTT HVAC". */
export const climateComponent: ComponentOf = (entity, { state, set }) => ({
  ...{ platform: 'climate', ...heated(entity, state, set), ...modes(entity, CLIMATE, state, set) },
  ...{ action_topic: state, action_template: attribute('hvac_action') },
  // Home Assistant says "none" for no preset itself.
  ...named(entity, 'preset', {
    ...{ list: 'preset_modes', topic: 'preset_mode', says: 'preset_mode', template: 'preset_mode_value_template' },
    ...{ state, set, without: 'none' },
  }),
  ...named(entity, 'fan_mode', {
    ...{ list: 'fan_modes', topic: 'fan_mode', says: 'fan_mode', template: 'fan_mode_state_template', state, set },
  }),
  ...named(entity, 'swing_mode', {
    ...{ list: 'swing_modes', topic: 'swing_mode', says: 'swing_mode', template: 'swing_mode_state_template' },
    ...{ state, set },
  }),
  ...(told(entity, 'humidity') && {
    ...{ target_humidity_command_topic: set, target_humidity_command_template: 'humidity {{ value }}%' },
    ...{ target_humidity_state_topic: state, target_humidity_state_template: attribute('humidity') },
    min_humidity: entity.takes?.limits.humidity?.range?.min ?? 0,
    max_humidity: entity.takes?.limits.humidity?.range?.max ?? 100,
  }),
})

/** home-assistant.io, "MQTT Water heater". */
export const waterHeaterComponent: ComponentOf = (entity, { state, set }) => ({
  ...{ platform: 'water_heater', ...heated(entity, state, set), ...modes(entity, WATER_HEATER, state, set) },
})

function heated(entity: ShownEntity, state: string, set: string) {
  const range = entity.takes?.range ?? null
  return {
    ...{ temperature_unit: 'C', current_temperature_topic: state },
    current_temperature_template: attribute('current_temperature'),
    ...(told(entity, 'temperature') && {
      ...{ temperature_command_topic: set, temperature_state_topic: state },
      temperature_state_template: attribute('temperature'),
      ...(range && { min_temp: range.min, max_temp: range.max, temp_step: range.step, precision: 0.1 }),
    }),
  }
}

function modes(entity: ShownEntity, known: ReadonlySet<string>, state: string, set: string) {
  const words = told(entity, 'mode') ? (entity.takes?.options ?? []).filter((mode) => known.has(mode)) : []
  return {
    ...{ modes: words, mode_state_topic: state, mode_state_template: VALUE },
    ...(words.length > 0 && { mode_command_topic: set, mode_command_template: 'mode {{ value }}' }),
  }
}

interface Named {
  list: string
  topic: string
  says: string
  template: string
  state: string
  set: string
  without?: string
}

/** Words of an order that is named by its first word. */
function named(
  entity: ShownEntity,
  order: 'preset' | 'fan_mode' | 'swing_mode',
  names: Named,
): Record<string, unknown> {
  const words = (entity.takes?.limits[order]?.options ?? []).filter((word) => word !== names.without)
  if (!told(entity, order) || words.length === 0) return {}
  return {
    [names.list]: words,
    [`${names.topic}_command_topic`]: names.set,
    [`${names.topic}_command_template`]: `${order.replace('_mode', '')} {{ value }}`,
    [`${names.topic}_state_topic`]: names.state,
    [names.template]: attribute(names.says),
  }
}
