import { ENGINE } from './engine.ts'
import type { Mutation } from './mutation.ts'
import { OUTPUTS } from './outputs.ts'
import { VOICE } from './voice.ts'

/** Every safeguard that is taken out once. */
export const MUTATIONS: readonly Mutation[] = [...ENGINE, ...OUTPUTS, ...VOICE]
