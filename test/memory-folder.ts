import { statfsSync } from 'node:fs'

const MEMORY = '/dev/shm'
/** Two PostgreSQL and the folders of two test files. A container has 64 MB there unless it was given more. */
const NEEDED_BYTES = 2 * 1024 ** 3

/** The variable with a folder in memory that belongs to this run of tests; empty where there is none. */
export const IN_MEMORY = 'LARES_TESTS_IN_MEMORY'

/** A folder in memory, for what nobody misses after a power cut; `null` where there is none or it is small. */
export function memoryFolder(): string | null {
  try {
    const { bavail, bsize } = statfsSync(MEMORY)
    return bavail * bsize >= NEEDED_BYTES ? MEMORY : null
  } catch {
    return null
  }
}
