import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../shared/clock.ts'
import { Gathered } from '../../web/hub/gathered.ts'
import { NewestQuestion } from '../../web/hub/newest-question.ts'

describe('what happens again and again', () => {
  it('is looked at within a span, however often it happens', () => {
    const clock = new ManualClock()
    let looks = 0
    const gathered = new Gathered(clock, { ms: 400, run: () => void looks++ })
    for (let at = 0; at < 20; at++) {
      gathered.one()
      clock.advance(100)
    }
    expect(looks).toBe(5)
    gathered.one()
    gathered.stop()
    clock.advance(1_000)
    expect(looks).toBe(5)
  })
})

describe('a question that is asked again and again', () => {
  function slow() {
    const asked: { question: number; answer: (data: string) => void; fail: (error: Error) => void }[] = []
    const told: unknown[] = []
    const questions = new NewestQuestion<number, string>(
      (question) => {
        const { promise, resolve, reject } = Promise.withResolvers<string>()
        asked.push({ question, answer: resolve, fail: reject })
        return promise
      },
      (question, answer) => told.push([question, answer]),
    )
    const rest = () => new Promise((resolve) => setImmediate(resolve))
    return { asked, told, questions, rest }
  }

  it('is answered by a hub that is slower than it is asked, and is asked once at a time', async () => {
    const { asked, told, questions, rest } = slow()
    for (let at = 1; at <= 5; at++) questions.put(at)
    expect(asked.map(({ question }) => question)).toEqual([1])
    asked[0]?.answer('one')
    await rest()
    expect(told).toEqual([[1, { data: 'one' }]])
    expect(asked.map(({ question }) => question)).toEqual([1, 5])
  })

  it('is asked again after one that failed', async () => {
    const { asked, told, questions, rest } = slow()
    questions.put(1)
    const error = new Error('away')
    asked[0]?.fail(error)
    await rest()
    questions.put(2)
    asked[1]?.answer('two')
    await rest()
    expect(told).toEqual([
      [1, { error }],
      [2, { data: 'two' }],
    ])
  })

  it('tells nothing once something else is looked at', async () => {
    const { asked, told, questions, rest } = slow()
    questions.put(1)
    questions.put(2)
    questions.end()
    asked[0]?.answer('one')
    await rest()
    expect(told).toEqual([])
    expect(asked).toHaveLength(1)
  })
})
