import type { Feature } from '../../engine/feature.ts'
import { seedCompanion } from './seed.ts'

/** Who speaks: a house has a companion from its first start. */
export const openPersonas = (): Feature => ({ name: 'personas', start: seedCompanion })
