import type { FeatureParts } from '../../contract/feature-parts.ts'

/** Bytes that people fetch over HTTPS: each by a ticket, which a command hands out. */
export const feature: FeatureParts = {
  name: 'files',
  commands: async () => (await import('./commands.ts')).COMMANDS,
}
