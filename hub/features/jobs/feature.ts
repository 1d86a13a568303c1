import type { FeatureParts } from '../../contract/feature-parts.ts'
import { JOB_EVENTS } from './event-types.ts'

/** Work outside the engine that must not be lost. */
export const feature: FeatureParts = {
  name: 'jobs',
  events: JOB_EVENTS,
  engine: async () => (await import('./engine.ts')).openJobs,
  commands: async () => (await import('./commands.ts')).COMMANDS,
  // Their kinds may keep them for a shorter time. What a copy of the database was made with stays until a person decides.
  retention: [
    { name: 'jobs', days: 30, table: 'jobs', where: "state IN ('done', 'cancelled', 'replaced')", since: 'ended_at' },
    {
      name: 'jobs:failed',
      days: 365,
      table: 'jobs',
      where: "state = 'failed' AND kept_until IS NOT NULL",
      since: 'ended_at',
    },
  ],
}
