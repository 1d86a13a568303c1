import { describe, expect, it } from 'vitest'
import { loadFrontParts, openFrontParts } from '../../../hub/composition/open-front-parts.ts'
import type { Front } from '../../../hub/contract/front-part.ts'
import { silentLog } from '../../../shared/log.ts'

describe('the parts of features beside the broker', () => {
  it('are opened also when one cannot be loaded and one throws, and the health names both with their faults', async () => {
    const problems: string[] = []
    const health = { raise: (...problem: string[]) => void problems.push(problem.join(': ')), clear() {} }
    const loaded = await loadFrontParts([
      { name: 'unloadable', front: () => Promise.reject(new Error('no such module')) },
      {
        name: 'unopenable',
        front: async () => () => {
          throw new Error('no such service')
        },
      },
      { name: 'none' },
      { name: 'well', front: async () => () => ({ name: 'well' }) },
    ])
    const parts = openFrontParts(loaded, { health, log: silentLog } as unknown as Front)
    expect(parts).toEqual([{ name: 'well' }])
    expect(problems).toEqual([
      expect.stringMatching(/^front:unloadable: part_failed: the feature "unloadable" .*no such module$/),
      expect.stringMatching(/^front:unopenable: part_failed: the feature "unopenable" .*no such service$/),
    ])
  })
})
