import type { EventType } from '../../../shared/event-types.ts'

export const MAKER_EVENTS = {
  maker_device_accepted: {
    category: 'audit',
    severity: 'info',
    title: 'Device of another maker accepted',
    description: 'A person let a device of another maker into the house.',
  },
  maker_device_ignored: {
    category: 'audit',
    severity: 'info',
    title: 'Device of another maker ignored',
    description: 'A person does not want a device of another maker in the house.',
  },
  maker_devices_left: {
    category: 'device',
    severity: 'warning',
    title: 'Devices left',
    description: 'What speaks for devices of other makers no longer has them.',
  },
  maker_source_away: {
    category: 'device',
    severity: 'warning',
    title: 'Devices out of reach',
    description: 'What speaks for devices of other makers cannot be reached, and none of them with it.',
  },
  maker_source_back: {
    category: 'device',
    severity: 'info',
    title: 'Devices in reach again',
    description: 'What speaks for devices of other makers can be reached again.',
  },
  entity_event: {
    category: 'device',
    severity: 'info',
    title: 'Something happened',
    description: 'A device of another maker told that something happened: a button, a movement.',
  },
} as const satisfies Record<string, EventType>

declare module '../../engine/context.ts' {
  interface FeatureEvents extends Record<keyof typeof MAKER_EVENTS, unknown> {}
}
