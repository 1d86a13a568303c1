import { describe, expect, it } from 'vitest'
import { DECLARED_PROBLEMS } from '../../../hub/features/declared-problems.ts'
import { Effects } from '../../../hub/front/effects.ts'
import { Health } from '../../../hub/health/hub-health.ts'
import { silentLog } from '../../../shared/log.ts'

const AWAY = { code: 'makers_broker_away', message: 'the broker home is away' } as const

describe('a problem that the engine tells', () => {
  it('weighs what it says, or wants somebody to look', () => {
    const health = new Health(DECLARED_PROBLEMS)
    const broker = { publish: async () => {}, subscribers: () => 0, connections: () => [] }
    const effects = new Effects({ broker, health, housed() {}, ended() {}, parts: [], log: silentLog } as never)
    const states = [{ ...AWAY, weight: 'note' as const }, AWAY, null].map((problem) => {
      effects.perform([{ kind: 'problem', name: 'makers_away:home', problem }])
      const { state, problems } = health.report(0, true)
      return [state, ...problems.map(({ code }) => code)]
    })
    expect(states).toEqual([['ok', AWAY.code], ['attention', AWAY.code], ['ok']])
    effects.perform([{ kind: 'problem', name: 'makers_away:home', problem: AWAY }])
    expect(JSON.stringify(health.withoutDetails(health.report(0, true)))).not.toContain('home')
  })
})
