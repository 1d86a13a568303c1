import type { FeatureParts } from '../../contract/feature-parts.ts'

/** What the hub costs the card that it lives on. */
export const feature: FeatureParts = {
  name: 'wear',
  retention: [{ name: 'wear', days: 400, table: 'wear_days', since: 'began_at', inOrderOfIds: true }],
  engine: async () => (await import('./engine.ts')).openWear,
  commands: async () => (await import('./commands.ts')).COMMANDS,
}
