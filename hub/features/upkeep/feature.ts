import type { FeatureParts } from '../../contract/feature-parts.ts'

/** What a database needs now and then so that it stays fast. */
export const feature: FeatureParts = {
  name: 'upkeep',
  engine: async () => (await import('./engine.ts')).openUpkeep,
}
