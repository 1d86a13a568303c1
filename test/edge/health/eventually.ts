import { vi } from 'vitest'

/** Waits for another process or thread: looks often, and gives up late, because a small machine may be busy. */
export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 15_000, interval: 5 })
}
