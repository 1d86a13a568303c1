import type { FeatureParts } from '../../../hub/contract/feature-parts.ts'

/** A feature of the tests: letters and sirens that a server on loopback is told of. */
export const feature: FeatureParts = {
  name: 'letters',
  commands: async () => (await import('./commands.ts')).COMMANDS,
  jobs: {
    kinds: async () => (await import('./kinds.ts')).KINDS,
    runners: {
      letter: async () => (await import('./run.ts')).run as never,
      siren: async () => (await import('./run.ts')).run as never,
    },
  },
}
