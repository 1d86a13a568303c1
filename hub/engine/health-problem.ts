import type { ErrorCode } from '../../shared/errors.ts'

/** Codes of problems that features declare: each adds its own, and names them in its `feature.ts`. */
// biome-ignore lint/suspicious/noEmptyInterface: declarations are merged into it
export interface FeatureProblems {}

/** What can be wrong with the hub: the code of an error, or of what a feature says of itself. */
export type ProblemCode = ErrorCode | keyof FeatureProblems

/**
 * `note`: nobody need do anything, such as an absent central. `attention`: the hub works, and somebody should look before it
 * does not. `serious`: it cannot store, or serve anybody.
 */
export type Weight = 'note' | 'attention' | 'serious'

/** What a part of the hub says of itself. */
export interface ToldProblem {
  code: ProblemCode
  message: string
  /** Replaces the code's remedy where the place knows a better one. */
  hint?: string | undefined
  /** Default: `attention`. */
  weight?: Weight
}

/** Something that is wrong with the hub now. */
export interface CurrentProblem {
  /** Of its own, as long as it lasts. */
  name: string
  code: ProblemCode
  message: string
  weight: Weight
}
