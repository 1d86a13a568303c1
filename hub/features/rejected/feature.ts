import type { FeatureParts } from '../../contract/feature-parts.ts'

/** Messages that were not understood. */
export const feature: FeatureParts = {
  name: 'rejected',
  // They stand in the order in which they came.
  retention: [{ name: 'rejected', days: 30, table: 'rejected_messages', since: 'received_at', inOrderOfIds: true }],
  commands: async () => (await import('./commands.ts')).COMMANDS,
}
