import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { ROOT } from '../source-tree.ts'
import { NO_UNIT_TESTS } from '../stages.ts'
import { CHOSEN } from './chosen.ts'
import { EMULATED } from './emulated.ts'

/** Emulated, everything takes ten to twenty times as long; a test that hangs is to be told from one that is slow. */
const LIMITS = { testTimeout: 600_000, hookTimeout: 600_000 }

// Vitest itself, which only reads and transforms files, stays on this machine's processor. Its forks are started from
// this path, and tests and all that they import run in them.
process.execPath = join(EMULATED, 'node')

/** The house takes longest, and mostly waits for its programs: the others run beside it. */
class HouseFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const house = sorted.filter(({ project }) => project.name === 'house')
    return [...house, ...sorted.filter((file) => !house.includes(file))]
  }
}

export default defineConfig({
  root: ROOT,
  test: {
    // The house and, beside it, one worker for the others. Vitest leaves a core of its own free, and here it rests.
    maxWorkers: 2,
    sequence: { sequencer: HouseFirst },
    globalSetup: join(ROOT, 'test/own-temporary-folder.ts'),
    projects: [
      // Only what `lares` starts is emulated: a thread of Vitest's own process starts it.
      { test: { ...LIMITS, name: 'house', include: ['test/arm64/house.test.ts'], pool: 'threads' } },
      { test: { ...LIMITS, name: 'chosen', include: CHOSEN } },
      {
        test: {
          ...LIMITS,
          name: 'others',
          include: ['test/**/*.test.ts'],
          exclude: [...NO_UNIT_TESTS, ...CHOSEN],
        },
      },
    ],
  },
})
