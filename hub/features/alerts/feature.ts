import type { FeatureParts } from '../../contract/feature-parts.ts'
import { ALERT_EVENTS } from './event-types.ts'
import { ALERT_PROBLEMS } from './problems.ts'
import { ALERTS } from './settings.ts'

/** Somebody is told when something is wrong. */
export const feature: FeatureParts = {
  name: 'alerts',
  events: ALERT_EVENTS,
  problems: ALERT_PROBLEMS,
  engine: async () => (await import('./engine.ts')).openAlerts,
  commands: async () => (await import('./commands.ts')).COMMANDS,
  front: async () => (await import('./front.ts')).openAlertsFront,
  retention: [
    { name: 'alerts', days: 365, table: 'alerts', where: 'is_open = 0 AND flapping_since IS NULL', since: 'ended_at' },
  ],
  settings: ALERTS,
  jobs: {
    kinds: async () => [(await import('./message-job.ts')).alertMessage],
    runners: { alert_message: async () => (await import('./message-run.ts')).runAlertMessage },
  },
}
