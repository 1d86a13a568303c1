import type { FeatureParts } from '../../contract/feature-parts.ts'
import type { RetentionClass } from '../../contract/retention-class.ts'
import { JOB_EVENTS } from './event-types.ts'
import { JOB_PROBLEMS } from './problems.ts'

/** Their kinds may keep them for a shorter time. What a copy of the database was made with stays until a person decides. */
const RETENTION: readonly RetentionClass[] = [
  { name: 'jobs', days: 30, table: 'jobs', where: "state IN ('done', 'cancelled', 'replaced')", since: 'ended_at' },
  {
    name: 'jobs:failed',
    days: 365,
    table: 'jobs',
    where: "state = 'failed' AND kept_until IS NOT NULL",
    since: 'ended_at',
  },
]

/** Work outside the engine that must not be lost. */
export const feature: FeatureParts = {
  name: 'jobs',
  events: JOB_EVENTS,
  problems: JOB_PROBLEMS,
  engine: async () => (await import('./engine.ts')).openJobs(RETENTION),
  commands: async () => (await import('./commands.ts')).COMMANDS,
  retention: RETENTION,
}
