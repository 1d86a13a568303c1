import type { EventType } from '../../../shared/event-types.ts'

export const BACKUP_EVENTS = {
  backup_made: {
    category: 'system',
    severity: 'info',
    title: 'Backup made',
    description: 'A backup of everything was made and brought to its place.',
  },
  backup_checked: {
    category: 'system',
    severity: 'info',
    title: 'Backup checked',
    description: 'A backup was read from where it lies, and its database opened.',
  },
  backup_unusable: {
    category: 'system',
    severity: 'error',
    title: 'Backup damaged',
    description: 'A backup cannot be read from where it lies, or its database cannot be opened.',
  },
  backup_asked: {
    category: 'audit',
    severity: 'info',
    title: 'Backup asked for',
    description: 'A person had a backup made or checked.',
  },
  restore_asked: {
    category: 'audit',
    severity: 'warning',
    title: 'Restore asked for',
    description: 'A person had a backup put in the place of the house.',
  },
  restore_failed: {
    category: 'system',
    severity: 'error',
    title: 'Restore failed',
    description: 'A backup could not be restored; the house stayed as it was.',
  },
  house_restored: {
    category: 'system',
    severity: 'warning',
    title: 'House restored',
    description: 'The house of a backup took the place of the one before, which was set aside.',
  },
} as const satisfies Record<string, EventType>

declare module '../../engine/context.ts' {
  interface FeatureEvents extends Record<keyof typeof BACKUP_EVENTS, unknown> {}
}
