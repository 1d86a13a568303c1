import type { FeatureParts } from '../contract/feature-parts.ts'
import * as registry from './registry.ts'

/** What the features of this hub have, in the order of their names. */
export const FEATURES: readonly FeatureParts[] = Object.values(registry)
