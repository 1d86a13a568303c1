import type { FeatureParts } from '../../contract/feature-parts.ts'

/** Readings: series, latest values, rollups. */
export const feature: FeatureParts = {
  name: 'telemetry',
  engine: async () => (await import('./engine.ts')).openTelemetry,
  commands: async () => (await import('./commands.ts')).COMMANDS,
}
