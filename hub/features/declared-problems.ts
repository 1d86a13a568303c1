import { ERROR_CODES } from '../../shared/errors.ts'
import type { FeatureParts } from '../contract/feature-parts.ts'
import { FEATURES } from './features.ts'

/**
 * The remedy of each problem that features declare, by its code, in their order. Throws when two declare the same, or one
 * declares the code of an error: it is a fault of ours.
 */
export function declaredProblems(features: readonly Pick<FeatureParts, 'problems'>[]): ReadonlyMap<string, string> {
  const declared = new Map<string, string>()
  const errors: ReadonlySet<string> = new Set(ERROR_CODES)
  for (const [code, remedy] of features.flatMap(({ problems = {} }) => Object.entries(problems))) {
    if (declared.has(code) || errors.has(code)) throw new Error(`the problem "${code}" is declared twice`)
    declared.set(code, remedy)
  }
  return declared
}

/** Those of this hub. */
export const DECLARED_PROBLEMS = declaredProblems(FEATURES)
