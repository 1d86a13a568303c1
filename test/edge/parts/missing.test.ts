import { describe, expect, it } from 'vitest'
import type { PartsLookedAt } from '../../../edge/parts/missing.ts'
import { whatIsMissing } from '../../../edge/parts/missing.ts'

/** An agent of which nothing is missing but its hub. */
function away(hub: { twin: string; reason: string; code: string | null }): PartsLookedAt {
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
      state: () => ({ state: 'offline', reason: hub.reason, code: hub.code, address: 'hub:8883' }),
      twin: { reason: hub.twin, hint: 'Join again.' },
      versionProblem: null,
      refusal: null,
    },
    contained: [],
  } as unknown as PartsLookedAt
}

describe('what an agent misses', () => {
  it('tells once that another machine has its identity, also while it keeps away from the hub for that', () => {
    const rests = { twin: 'two machines', reason: 'two machines. Join again.', code: 'identity_shared' }
    expect(whatIsMissing(away(rests))).toEqual([{ part: 'identity', reason: 'two machines', hint: 'Join again.' }])
    const refused = { twin: 'two machines', reason: 'refused', code: 'forbidden' }
    expect(whatIsMissing(away(refused)).map(({ part }) => part)).toEqual(['hub', 'identity'])
  })
})
