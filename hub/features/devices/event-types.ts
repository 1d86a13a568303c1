import type { EventType } from '../../../shared/event-types.ts'

export const DEVICE_EVENTS = {
  device_connect: {
    category: 'device',
    severity: 'info',
    title: 'Device connected',
    description: 'The device can be reached.',
  },
  device_disconnect: {
    category: 'device',
    severity: 'info',
    title: 'Device disconnected',
    description: 'The device can no longer be reached.',
  },
  device_joined: {
    category: 'audit',
    severity: 'info',
    title: 'Device joined',
    description: 'A new device joined the house.',
  },
  device_created: {
    category: 'audit',
    severity: 'info',
    title: 'Device created',
    description: 'An administrator made an identity for a device.',
  },
  device_renamed: {
    category: 'audit',
    severity: 'info',
    title: 'Device renamed',
    description: 'The device has a new name.',
  },
  device_updated: {
    category: 'audit',
    severity: 'info',
    title: 'Device described',
    description: 'What people say of the device was changed.',
  },
  device_moved: {
    category: 'audit',
    severity: 'info',
    title: 'Device moved',
    description: 'The device belongs elsewhere: to another house, room or group, or to somebody else.',
  },
  device_revoked: {
    category: 'audit',
    severity: 'warning',
    title: 'Device revoked',
    description: 'The device may no longer connect.',
  },
  group_created: {
    category: 'audit',
    severity: 'info',
    title: 'Group made',
    description: 'A group of devices was made.',
  },
  group_updated: {
    category: 'audit',
    severity: 'info',
    title: 'Group changed',
    description: 'A group of devices was changed.',
  },
  group_removed: {
    category: 'audit',
    severity: 'warning',
    title: 'Group removed',
    description: 'A group was taken away; its devices are in none.',
  },
  device_invited: {
    category: 'audit',
    severity: 'info',
    title: 'Device invited',
    description: 'A join token was made.',
  },
  sensors_refused: {
    category: 'device',
    severity: 'warning',
    title: 'Sensors refused',
    description: 'The device introduced sensors that are not taken.',
  },
  sensor_removed: {
    category: 'audit',
    severity: 'info',
    title: 'Sensor removed',
    description: 'A person took a sensor out of the house.',
  },
  agent_outdated: {
    category: 'device',
    severity: 'warning',
    title: 'Agent outdated',
    description: 'The agent is older than this hub serves in full.',
  },
  identity_shared: {
    category: 'device',
    severity: 'error',
    title: 'Identity shared',
    description: 'Two machines use the identity of one device.',
  },
} as const satisfies Record<string, EventType>

declare module '../../engine/context.ts' {
  interface FeatureEvents extends Record<keyof typeof DEVICE_EVENTS, unknown> {}
}
