import type { FeatureParts } from '../../contract/feature-parts.ts'

/** What the broker remembers of sessions and retained messages. */
export const feature: FeatureParts = {
  name: 'broker-memory',
  engine: async () => (await import('./engine.ts')).openBrokerMemory,
}
