import type { Feature } from '../../engine/feature.ts'
import { seedPersonas } from './seed.ts'

/** Who speaks: a house has somebody from its first start. */
export const openPersonas = (): Feature => ({ name: 'personas', start: seedPersonas })
