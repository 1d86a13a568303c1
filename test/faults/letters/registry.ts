/** Takes the place of hub/features/registry.ts, in each thread of a hub that is started with `with-letters.ts`. */
export * from '../../../hub/features/registry.ts'
export { feature as letters } from './feature.ts'
