import type { FeatureParts } from '../../contract/feature-parts.ts'
import { BACKUP_EVENTS } from './event-types.ts'
import { BACKUP_PROBLEMS } from './problems.ts'
import { BACKUP } from './settings.ts'

/** Backups of everything, brought elsewhere. */
export const feature: FeatureParts = {
  name: 'backups',
  events: BACKUP_EVENTS,
  problems: BACKUP_PROBLEMS,
  engine: async () => (await import('./engine.ts')).openBackups,
  front: async () => (await import('./front.ts')).openBackupsFront,
  commands: async () => (await import('./commands.ts')).COMMANDS,
  jobs: {
    kinds: async () => (await import('./job-kinds.ts')).BACKUP_JOBS,
    runners: {
      backup: async () => (await import('./make-run.ts')).makeBackup,
      backup_check: async () => (await import('./check-run.ts')).checkBackup,
    },
  },
  settings: BACKUP,
}
