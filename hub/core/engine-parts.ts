import type { OpenFeature } from '../engine/feature.ts'
import { FEATURES } from '../features/features.ts'

/** What the features do in the engine. Only its thread loads this. */
export const ENGINE_PARTS: readonly OpenFeature[] = await Promise.all(
  FEATURES.flatMap(({ engine }) => (engine ? [engine()] : [])),
)
