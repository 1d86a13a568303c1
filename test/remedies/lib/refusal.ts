import { LaresError } from '../../../shared/errors.ts'

/** The error that a call is refused with. */
export async function refusal(run: () => unknown): Promise<LaresError> {
  try {
    await run()
  } catch (error) {
    if (error instanceof LaresError) return error
    throw error
  }
  throw new Error('nothing was refused')
}
