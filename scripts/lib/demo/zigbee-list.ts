/**
 * A lamp and a door contact as Zigbee2MQTT lists them on `bridge/devices`: zigbee2mqtt.io, "MQTT Topics and Messages" and
 * "Exposes". The devices are made up, the shapes are theirs.
 */
const PUBLISHED = 1
const ALL = 7

export const LAMP = 'Hall lamp'
export const DOOR = 'Front door'

const numeric = (name: string, more: object) => ({
  ...{ type: 'numeric', name, label: name, property: name, access: PUBLISHED, ...more },
})

const LINK = numeric('linkquality', { unit: 'lqi', value_min: 0, value_max: 255, category: 'diagnostic' })

const LIGHT = {
  type: 'light',
  features: [
    {
      ...{ type: 'binary', name: 'state', label: 'State', property: 'state', access: ALL },
      ...{ value_on: 'ON', value_off: 'OFF', value_toggle: 'TOGGLE' },
    },
    numeric('brightness', { access: ALL, value_min: 0, value_max: 254 }),
  ],
}

const CONTACT = {
  ...{ type: 'binary', name: 'contact', label: 'Contact', property: 'contact', access: PUBLISHED },
  // Closed is no contact open: the projects' own way round.
  ...{ value_on: false, value_off: true },
}

export const ZIGBEE_LIST = [
  { ...device('0x00124b0000000000', 'Coordinator', 'Coordinator'), definition: null },
  {
    ...device('0x00158d0000000001', 'Router', LAMP),
    power_source: 'Mains (single phase)',
    definition: definition('LED1924G9', 'IKEA', 'TRADFRI bulb E26/E27', [LIGHT, LINK]),
  },
  {
    ...device('0x00158d0000000002', 'EndDevice', DOOR),
    power_source: 'Battery',
    definition: definition('MCCGQ11LM', 'Aqara', 'Door and window sensor', [
      CONTACT,
      numeric('battery', { unit: '%', value_min: 0, value_max: 100, category: 'diagnostic' }),
      LINK,
    ]),
  },
]

function device(ieee_address: string, type: string, friendly_name: string) {
  const basic = { bindings: [], clusters: { input: ['genBasic'], output: [] }, configured_reportings: [], scenes: [] }
  return {
    ...{ ieee_address, type, friendly_name, network_address: 10_000, supported: true, disabled: false },
    ...{ endpoints: { 1: basic }, interview_completed: true, interviewing: false, interview_state: 'SUCCESSFUL' },
  }
}

function definition(model: string, vendor: string, description: string, exposes: object[]) {
  return { model, vendor, description, exposes, options: [], supports_ota: false, source: 'native' }
}
