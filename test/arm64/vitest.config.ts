import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { ROOT } from '../source-tree.ts'
import { CHOSEN } from './chosen.ts'
import { EMULATED } from './emulated.ts'

/** Emulated, everything takes ten to twenty times as long; a test that hangs is to be told from one that is slow. */
const LIMITS = { testTimeout: 600_000, hookTimeout: 600_000 }

// Vitest itself, which only reads and transforms files, stays on this machine's processor. Its forks are started from
// this path, and tests and all that they import run in them.
process.execPath = join(EMULATED, 'node')

export default defineConfig({
  root: ROOT,
  test: {
    globalSetup: join(ROOT, 'test/own-temporary-folder.ts'),
    projects: [
      // Only what `lares` starts is emulated: a thread of Vitest's own process starts it.
      { test: { ...LIMITS, name: 'house', include: ['test/arm64/house.test.ts'], pool: 'threads' } },
      { test: { ...LIMITS, name: 'chosen', include: CHOSEN } },
      {
        test: {
          ...LIMITS,
          name: 'all',
          include: ['test/**/*.test.ts'],
          exclude: ['test/faults/**', 'test/end-to-end/**', 'test/arm64/**'],
        },
      },
    ],
  },
})
