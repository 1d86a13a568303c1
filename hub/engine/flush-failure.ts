import { asError } from '../../shared/errors.ts'
import type { Feature } from './feature.ts'

/** A throw in `flush`, with whose it was. */
export class FlushFailure extends Error {
  readonly feature: Feature

  constructor(feature: Feature, cause: unknown) {
    super(asError(cause).message, { cause })
    this.feature = feature
  }

  /** Nothing is lost when its flush waits: what it is about is in the database. */
  get mayWait(): boolean {
    return !this.feature.gathers && !this.feature.vital
  }
}
