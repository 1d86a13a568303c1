import type { FeatureParts } from '../../contract/feature-parts.ts'
import { TELEMETRY_EVENTS } from './event-types.ts'

/** Readings: series, latest values, rollups. */
export const feature: FeatureParts = {
  name: 'telemetry',
  events: TELEMETRY_EVENTS,
  engine: async () => (await import('./engine.ts')).openTelemetry,
  commands: async () => (await import('./commands.ts')).COMMANDS,
}
