/**
 * The tests of each stage of scripts/test that runs some of them, by the folders they lie in: `integration` starts a PostgreSQL
 * or whole programs, or simulates years; `faults` and `end-to-end` own the machine; `package` packs a commit, which takes minutes, and
 * runs when it is named. All others are unit tests.
 */
export const STAGES = {
  integration: ['test/central/**', 'test/hub/sync/**', 'test/remedies/**', 'test/scripts/**'],
  faults: ['test/faults/**'],
  'end-to-end': ['test/end-to-end/**'],
  arm64: ['test/arm64/**'],
  package: ['test/package/**'],
} as const

/** Patterns of the test files that lie below folders of `STAGES`. */
export const testsBelow = (folders: readonly string[]): string[] => folders.map((folder) => `${folder}/*.test.ts`)

/** Patterns of what no unit test lies below. */
export const NO_UNIT_TESTS: string[] = Object.values(STAGES).flat()

/**
 * Unit tests that run file after file in one process: they load nearly all of the hub or the agent, which took longer than what
 * they test, and change nothing that belongs to a process.
 */
export const ONE_PROCESS = [
  ...['admin', 'broker', 'engine', 'features', 'front', 'health', 'store', 'voice'].map(
    (part) => `test/hub/${part}/**`,
  ),
  ...['health', 'sensors'].map((part) => `test/edge/${part}/**`),
]
