import type { FeatureParts } from '../../../hub/contract/feature-parts.ts'

/** Takes the place of hub/features/registry.ts in a hub that is started with `with-broken-fronts.ts`. */
export * from '../../../hub/features/registry.ts'

/** A feature whose part beside the broker cannot be loaded. */
export const unloadable: FeatureParts = {
  name: 'unloadable',
  front: () => Promise.reject(new Error('no such module')),
}

/** One whose part throws as it is opened. */
export const unopenable: FeatureParts = {
  name: 'unopenable',
  front: async () => () => {
    throw new Error('no such service')
  },
}
