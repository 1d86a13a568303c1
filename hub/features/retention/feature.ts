import type { FeatureParts } from '../../contract/feature-parts.ts'
import type { RetentionClass } from '../../contract/retention-class.ts'
import { RETENTION_EVENTS } from './event-types.ts'

/** What is kept for how long, and what goes when the disk fills up. */
export const feature: FeatureParts = {
  name: 'retention',
  events: RETENTION_EVENTS,
  engine: async (all) => (await import('./engine.ts')).openRetention(declaredBy(all)),
  commands: async (all) => (await import('./commands.ts')).retentionCommands(declaredBy(all)),
}

function declaredBy(all: readonly FeatureParts[]): RetentionClass[] {
  return all.flatMap(({ retention = [] }) => retention)
}
