/**
 * Devices as Zigbee2MQTT lists them on `bridge/devices`: zigbee2mqtt.io, "MQTT Topics and Messages" and "Exposes". Plugs that
 * measure, each with ten entities.
 */
const PUBLISHED = 1
const SET_TOO = 7

/** Whatever else a message says, this number says when it was sent: milliseconds since the bridge's zero. */
export const SENT_AT = 'pulses'
export const ENTITIES = 10

const numeric = (name: string, unit: string, more: object = {}) => ({
  ...{ type: 'numeric', name, label: name.replaceAll('_', ' '), property: name, access: PUBLISHED, unit },
  ...{ description: `Measured ${name}`, ...more },
})

const EXPOSES = [
  {
    type: 'switch',
    features: [
      {
        ...{ type: 'binary', name: 'state', label: 'State', property: 'state', access: SET_TOO },
        ...{ value_on: 'ON', value_off: 'OFF', value_toggle: 'TOGGLE', description: 'On/off state of the switch' },
      },
    ],
  },
  ...[numeric('power', 'W'), numeric('voltage', 'V'), numeric('current', 'A'), numeric('energy', 'kWh')],
  ...[numeric('temperature', '°C'), numeric('humidity', '%'), numeric(SENT_AT, 'ms')],
  {
    ...{ type: 'binary', name: 'occupancy', label: 'Occupancy', property: 'occupancy', access: PUBLISHED },
    ...{ value_on: true, value_off: false, description: 'Indicates whether the device detected occupancy' },
  },
  numeric('linkquality', 'lqi', { value_min: 0, value_max: 255, category: 'diagnostic' }),
]

export function nameOf(device: number): string {
  return `Room ${Math.floor(device / 10)}/plug ${device % 10}`
}

/** The list with its coordinator, as it is published. */
export function zigbeeList(devices: number): object[] {
  const plugs = Array.from({ length: devices }, (_, device) => ({
    ...head(device + 1, 'Router'),
    friendly_name: nameOf(device),
    power_source: 'Mains (single phase)',
    software_build_id: '1.0.5',
    definition: {
      ...{ model: 'TS011F_plug_1', vendor: 'Tuya', description: 'Smart plug with power monitoring', source: 'native' },
      ...{ exposes: EXPOSES, options: [], supports_ota: true },
    },
  }))
  return [{ ...head(0, 'Coordinator'), friendly_name: 'Coordinator', definition: null }, ...plugs]
}

function head(number: number, type: string) {
  const basic = { bindings: [], clusters: { input: ['genBasic', 'genOnOff'], output: [] }, configured_reportings: [] }
  return {
    ...{ ieee_address: `0x${(0xa4c1380000000000n + BigInt(number)).toString(16)}`, type },
    ...{
      network_address: 1_000 + number,
      supported: true,
      disabled: false,
      endpoints: { 1: { ...basic, scenes: [] } },
    },
    ...{ interview_completed: true, interviewing: false, interview_state: 'SUCCESSFUL' },
  }
}
