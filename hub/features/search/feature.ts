import type { FeatureParts } from '../../contract/feature-parts.ts'

/** Full-text indexes over tables that say so: filled, checked and made anew. */
export const feature: FeatureParts = {
  name: 'search',
  engine: async () => (await import('./engine.ts')).openSearch,
  commands: async () => (await import('./commands.ts')).COMMANDS,
}
