import { LaresError } from '../../../shared/errors.ts'

type Met = string | undefined
type May<T> = T | Promise<T>

/** A mistake that meets the code, and the same after its remedy was taken literally, which returns 'ok'. */
export interface Tried {
  wrong(): May<Met>
  mended(): May<Met>
}

/** Why the remedy cannot be taken here, and what looks after it instead. */
export interface Untried {
  because: string
}

export function tried(wrong: Tried['wrong'], mended: Tried['mended']): Tried {
  return { wrong, mended }
}

/** The code of what a call throws, or 'ok'. */
export async function thrown(run: () => unknown): Promise<string> {
  try {
    await run()
    return 'ok'
  } catch (error) {
    return error instanceof LaresError ? error.code : String(error)
  }
}
