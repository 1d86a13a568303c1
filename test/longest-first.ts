import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Hundreds of simulated lives, and servers that are killed at every step. */
const LONGEST = '/test/hub/sync/faults/'

/** Begins with what takes longest, so that not one worker alone is at work in the end. A checkout of today knows no times yet. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const long = sorted.filter(({ moduleId }) => moduleId.includes(LONGEST))
    return [...long, ...sorted.filter((file) => !long.includes(file))]
  }
}
