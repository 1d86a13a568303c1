import { describe, expect, it } from 'vitest'
import { DECLARED_PROBLEMS, declaredProblems } from '../../../hub/features/declared-problems.ts'
import { Health } from '../../../hub/health/hub-health.ts'
import { hintFor } from '../../../shared/errors.ts'

describe('the problems that features declare', () => {
  it('are in the health with their remedy, beside those that are errors', () => {
    const health = new Health(DECLARED_PROBLEMS)
    health.raise('followers:copies', 'follower_failing', 'the follower "copies" does not get on')
    health.raise('disk', 'disk_full', 'the hub cannot store')
    expect(health.report(0, true).problems.map(({ code, hint }) => [code, hint])).toEqual([
      ['follower_failing', expect.stringContaining('lares followers list')],
      ['disk_full', hintFor('disk_full')],
    ])
  })

  it('have each a remedy that is a sentence, and fits into the message', () => {
    expect(DECLARED_PROBLEMS.size).toBeGreaterThan(0)
    for (const [code, remedy] of DECLARED_PROBLEMS) {
      expect(code.length).toBeLessThanOrEqual(40)
      expect(remedy).toMatch(/^[A-Z'].{10,299}\.$/s)
    }
  })

  it('are declared once, and are no code of an error', () => {
    const problems = { too_wet: 'Mend the roof.' }
    expect([...declaredProblems([{ problems }, {}])]).toEqual([['too_wet', 'Mend the roof.']])
    expect(() => declaredProblems([{ problems }, { problems }])).toThrow('"too_wet" is declared twice')
    expect(() => declaredProblems([{ problems: { disk_full: 'Mend it.' } }])).toThrow('"disk_full" is declared twice')
  })
})
