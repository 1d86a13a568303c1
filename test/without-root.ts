/** A user to whom nothing belongs that a test did not give away. */
export const NOT_ROOT = 65_534

/**
 * Runs something as `NOT_ROOT` where the tests run as root, who may do everything; else as the user who runs them. What it
 * awaits runs so, too.
 */
export async function withoutRoot<T>(run: () => T | Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return run()
  process.seteuid?.(NOT_ROOT)
  try {
    return await run()
  } finally {
    process.seteuid?.(0)
  }
}
