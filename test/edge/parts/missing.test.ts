import { describe, expect, it } from 'vitest'
import type { PartsLookedAt } from '../../../edge/parts/missing.ts'
import { whatIsMissing } from '../../../edge/parts/missing.ts'

/** An agent of which nothing is missing but its hub. */
function away(hub: { twin: string | null; reason: string }): PartsLookedAt {
  return {
    opened: { memoryFault: null, aside: [] },
    outbox: { scarce: false, fault: null },
    sensing: { refused: () => [], wrong: () => [], failing: () => [] },
    outputs: { failing: () => [] },
    pins: { wanted: false, health: () => ({ backend: 'none', reason: null }) },
    hearing: { wanted: false, health: () => ({ state: 'none', reason: null, overruns: 0 }) },
    speaking: { reason: null },
    heartbeat: { current: () => null },
    hub: {
      state: () => ({ state: 'offline', reason: hub.reason, code: null, address: 'hub:8883' }),
      twin: hub.twin,
      versionProblem: null,
      refusal: null,
    },
    contained: [],
  } as unknown as PartsLookedAt
}

describe('what an agent misses', () => {
  it('tells once that another machine has its identity, also while it keeps away from the hub for that', () => {
    expect(whatIsMissing(away({ twin: 'two machines', reason: 'two machines' }))).toEqual([
      { part: 'identity', reason: 'two machines' },
    ])
    expect(whatIsMissing(away({ twin: 'two machines', reason: 'refused' })).map(({ part }) => part)).toEqual([
      'hub',
      'identity',
    ])
  })
})
