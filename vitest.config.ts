import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/longest-first.ts'
import { NO_UNIT_TESTS, ONE_PROCESS, STAGES, testsBelow } from './test/stages.ts'

/** Nothing of them takes long; a machine that does other things at the same time is no reason to fail. */
const UNIT = { setupFiles: 'test/in-memory.ts', testTimeout: 180_000, hookTimeout: 60_000 }

/**
 * The projects of a stage begin with its name. Unit and integration tests run side by side; faults and end-to-end own the machine
 * and run one file at a time.
 */
export default defineConfig({
  test: {
    globalSetup: 'test/own-temporary-folder.ts',
    // One for each core: much of a test is waiting, for a disk, a database or a program.
    maxWorkers: availableParallelism(),
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          ...UNIT,
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...NO_UNIT_TESTS, ...ONE_PROCESS],
        },
      },
      { test: { ...UNIT, name: 'unit-one-process', include: testsBelow(ONE_PROCESS), isolate: false } },
      {
        test: {
          name: 'integration',
          include: testsBelow(STAGES.integration),
          setupFiles: 'test/in-memory.ts',
          testTimeout: 600_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'faults',
          include: testsBelow(STAGES.faults),
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'package',
          include: testsBelow(STAGES.package),
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'end-to-end',
          include: testsBelow(STAGES['end-to-end']),
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
