/**
 * Devices as `bridge/devices` lists them, written from zigbee2mqtt.io, "MQTT Topics and Messages" and "Exposes" (version 2): the
 * shapes are theirs, the devices made up.
 */
const PUBLISHED = 1
const ALL = 7

const device = (number: number, friendly: string, more: Record<string, unknown>) => ({
  ieee_address: `0x00158d000000000${number}`,
  type: 'EndDevice',
  network_address: 10_000 + number,
  supported: true,
  disabled: false,
  friendly_name: friendly,
  endpoints: {
    1: { bindings: [], clusters: { input: ['genBasic'], output: [] }, configured_reportings: [], scenes: [] },
  },
  interview_completed: true,
  interviewing: false,
  interview_state: 'SUCCESSFUL',
  ...more,
})

const definition = (model: string, vendor: string, description: string, exposes: unknown[]) => ({
  definition: { model, vendor, description, exposes, options: [], supports_ota: false, source: 'native' },
})

const LINK = {
  ...{ type: 'numeric', name: 'linkquality', label: 'Linkquality', property: 'linkquality', unit: 'lqi' },
  ...{ access: PUBLISHED, value_min: 0, value_max: 255, category: 'diagnostic', description: 'Link quality' },
}
const state = (more: Record<string, unknown> = {}) => ({
  ...{ type: 'binary', name: 'state', label: 'State', property: 'state', access: ALL },
  ...{ value_on: 'ON', value_off: 'OFF', value_toggle: 'TOGGLE', description: 'On/off state' },
  ...more,
})
const numeric = (name: string, more: Record<string, unknown> = {}) => ({
  ...{ type: 'numeric', name, label: name.replaceAll('_', ' '), property: name, access: PUBLISHED, ...more },
})

export const COORDINATOR = {
  ...device(0, 'Coordinator', { type: 'Coordinator' }),
  definition: null,
  ieee_address: '0x00124b0000000000',
}

export const LAMP = device(1, 'Kitchen/lamp', {
  type: 'Router',
  power_source: 'Mains (single phase)',
  software_build_id: '2.3.087',
  ...definition('LED1924G9', 'IKEA', 'TRADFRI bulb E26/E27', [
    {
      type: 'light',
      features: [
        state(),
        numeric('brightness', { access: ALL, value_min: 0, value_max: 254 }),
        numeric('color_temp', { access: ALL, unit: 'mired', value_min: 250, value_max: 454, presets: [] }),
        {
          ...{ type: 'composite', name: 'color_xy', label: 'Color (X/Y)', property: 'color', access: ALL },
          features: [numeric('x', { access: ALL }), numeric('y', { access: ALL })],
        },
      ],
    },
    {
      ...{ type: 'enum', name: 'effect', label: 'Effect', property: 'effect', access: 2, values: ['blink', 'breathe'] },
    },
    { type: 'enum', name: 'identify', label: 'Identify', property: 'identify', access: 2, values: ['identify'] },
    LINK,
  ]),
})

/** One that is told hue and saturation, and has settings of its own. */
export const COLOUR_LAMP = device(1, 'Sofa', {
  ieee_address: '0x00158d00000000a1',
  type: 'Router',
  ...definition('LCA001', 'Philips', 'Hue white and color ambiance', [
    {
      type: 'light',
      features: [
        state(),
        numeric('brightness', { access: ALL, value_min: 0, value_max: 254 }),
        numeric('color_temp_startup', { access: ALL, unit: 'mired', value_min: 153, value_max: 500 }),
        {
          ...{ type: 'composite', name: 'color_hs', label: 'Color (HS)', property: 'color', access: ALL },
          features: [numeric('hue', { access: ALL }), numeric('saturation', { access: ALL })],
        },
        {
          type: 'composite',
          name: 'level_config',
          label: 'Level config',
          property: 'level_config',
          access: ALL,
          features: [],
        },
      ],
    },
    {
      ...{ type: 'enum', name: 'power_on_behavior', label: 'Power-on behavior', property: 'power_on_behavior' },
      ...{ access: ALL, values: ['off', 'on', 'toggle', 'previous'] },
    },
    numeric('transition_time', { access: 3, unit: 's', value_min: 0, value_max: 10 }),
    LINK,
  ]),
})

export const DOOR = device(2, 'front_door', {
  power_source: 'Battery',
  ...definition('MCCGQ11LM', 'Aqara', 'Door and window sensor', [
    {
      type: 'binary',
      name: 'contact',
      label: 'Contact',
      property: 'contact',
      access: PUBLISHED,
      value_on: false,
      value_off: true,
    },
    numeric('battery', { unit: '%', value_min: 0, value_max: 100, category: 'diagnostic' }),
    LINK,
  ]),
})

export const BUTTON = device(3, 'bedside button', {
  ...definition('WXKG11LM', 'Aqara', 'Wireless mini switch', [
    {
      type: 'enum',
      name: 'action',
      label: 'Action',
      property: 'action',
      access: PUBLISHED,
      values: ['single', 'double'],
    },
  ]),
})

export const RADIATOR = device(4, 'radiator', {
  ...definition('SPZB0001', 'Eurotronic', 'Spirit thermostat', [
    {
      type: 'climate',
      features: [
        numeric('occupied_heating_setpoint', { access: ALL, unit: '°C', value_min: 5, value_max: 30, value_step: 0.5 }),
        numeric('local_temperature', { access: 5, unit: '°C' }),
        {
          type: 'enum',
          name: 'system_mode',
          label: 'System mode',
          property: 'system_mode',
          access: ALL,
          values: ['off', 'auto', 'heat'],
        },
        {
          type: 'enum',
          name: 'running_state',
          label: 'Running state',
          property: 'running_state',
          access: 5,
          values: ['idle', 'heat'],
        },
        {
          type: 'enum',
          name: 'preset',
          label: 'Preset',
          property: 'preset',
          access: 3,
          values: ['none', 'eco', 'boost'],
        },
      ],
    },
  ]),
})

export const TWO_GANG = device(5, 'hall switch', {
  ...definition('QBKG12LM', 'Aqara', 'Wall switch, double', [
    { type: 'switch', endpoint: 'left', features: [state({ property: 'state_left', endpoint: 'left' })] },
    { type: 'switch', endpoint: 'right', features: [state({ property: 'state_right', endpoint: 'right' })] },
    numeric('power', { unit: 'W' }),
    { type: 'list', name: 'schedule', label: 'Schedule', property: 'schedule', access: ALL, item_type: {} },
  ]),
})

export const BLIND = device(6, 'blind', {
  ...definition('E1757', 'IKEA', 'FYRTUR roller blind', [
    {
      type: 'cover',
      features: [
        {
          type: 'enum',
          name: 'state',
          label: 'State',
          property: 'state',
          access: 3,
          values: ['OPEN', 'CLOSE', 'STOP'],
        },
        numeric('position', { access: ALL, value_min: 0, value_max: 100, unit: '%' }),
        numeric('tilt', { access: ALL, value_min: 0, value_max: 100, unit: '%' }),
      ],
    },
  ]),
})

export const LOCK = device(7, 'lock', {
  ...definition('YRD426NRSC', 'Yale', 'Assure lock', [
    {
      type: 'lock',
      features: [
        state({ value_on: 'LOCK', value_off: 'UNLOCK', value_toggle: undefined }),
        {
          type: 'enum',
          name: 'lock_state',
          label: 'Lock state',
          property: 'lock_state',
          access: 1,
          values: ['not_fully_locked', 'locked', 'unlocked'],
        },
      ],
    },
  ]),
})

export const FAN = device(8, 'fan', {
  ...definition('E2007', 'IKEA', 'STARKVIND air purifier', [
    {
      type: 'fan',
      features: [
        state({ property: 'fan_state' }),
        {
          type: 'enum',
          name: 'mode',
          label: 'Mode',
          property: 'fan_mode',
          access: ALL,
          values: ['off', 'auto', '1', '2'],
        },
        numeric('speed', { property: 'fan_speed', access: 3, value_min: 0, value_max: 9 }),
      ],
    },
    numeric('pm25', { unit: 'µg/m³' }),
    {
      type: 'binary',
      name: 'child_lock',
      label: 'Child lock',
      property: 'child_lock',
      access: ALL,
      value_on: 'LOCK',
      value_off: 'UNLOCK',
    },
  ]),
})

export const UNSUPPORTED = { ...device(9, 'stranger', { supported: false }), definition: null, manufacturer: 'nobody' }

export const ALL_DEVICES = [COORDINATOR, LAMP, DOOR, BUTTON, RADIATOR, TWO_GANG, BLIND, LOCK, FAN, UNSUPPORTED]
