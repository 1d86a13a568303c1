import { asError, LaresError } from '../../shared/errors.ts'

/**
 * The value, or `null` when it cannot be read. Every item of the heartbeat goes through here on its own, so that a
 * machine without a thermal zone still reports its memory.
 */
export async function orNull<T>(read: () => Promise<T | null>): Promise<T | null> {
  try {
    return await read()
  } catch {
    // Unknown is null: which files exist differs from machine to machine, and nobody can mend that.
    return null
  }
}

/** Whether a file was asked and did not answer, which is another thing than that it cannot be read. */
export function doesNotAnswer(error: unknown): boolean {
  return error instanceof LaresError && error.code === 'device_busy'
}

/** As `orNull`, and `onSilent` hears of a file that is there and does not answer. */
export async function orSilent<T>(read: () => Promise<T>, onSilent: (error: Error) => void): Promise<T | null> {
  try {
    return await read()
  } catch (error) {
    if (doesNotAnswer(error)) onSilent(asError(error))
    return null
  }
}

/** A number from a text, or `null` when there is none: an empty file is not 0. */
export function parseNumber(text: string | undefined): number | null {
  if (text === undefined || text.trim() === '') return null
  const value = Number(text.trim())
  return Number.isFinite(value) ? value : null
}

export function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
