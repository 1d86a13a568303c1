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

/** A number from a text, or `null` when there is none: an empty file is not 0. */
export function parseNumber(text: string | undefined): number | null {
  if (text === undefined || text.trim() === '') return null
  const value = Number(text.trim())
  return Number.isFinite(value) ? value : null
}

export function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
