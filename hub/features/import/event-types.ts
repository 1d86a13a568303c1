import type { EventType } from '../../../shared/event-types.ts'

export const IMPORT_EVENTS = {
  device_imported: {
    category: 'audit',
    severity: 'info',
    title: 'Device imported',
    description: 'A device was made of a row of a list.',
  },
  device_imported_again: {
    category: 'audit',
    severity: 'info',
    title: 'Device imported again',
    description: 'What a list says of a device now took the place of what it said before.',
  },
} as const satisfies Record<string, EventType>

declare module '../../engine/context.ts' {
  interface FeatureEvents extends Record<keyof typeof IMPORT_EVENTS, unknown> {}
}
