import type { FeatureParts } from '../../contract/feature-parts.ts'

/** Who speaks. */
export const feature: FeatureParts = {
  name: 'personas',
  engine: async () => (await import('./engine.ts')).openPersonas,
}
