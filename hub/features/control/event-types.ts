import type { EventType } from '../../../shared/event-types.ts'

export const CONTROL_EVENTS = {
  device_commanded: {
    category: 'audit',
    severity: 'info',
    title: 'Device commanded',
    description: 'A person or program had a device told something.',
  },
  device_configured: {
    category: 'audit',
    severity: 'info',
    title: 'Device configured',
    description: 'A person set what a device is to have.',
  },
  command_result: {
    category: 'device',
    severity: 'info',
    title: 'Command result',
    description: 'The device answered a command.',
  },
  settings_refused: {
    category: 'device',
    severity: 'warning',
    title: 'Settings refused',
    description: 'The device did not take all its settings.',
  },
} as const satisfies Record<string, EventType>

declare module '../../engine/context.ts' {
  interface FeatureEvents extends Record<keyof typeof CONTROL_EVENTS, unknown> {}
}
