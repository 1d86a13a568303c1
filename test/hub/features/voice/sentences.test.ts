import { describe, expect, it } from 'vitest'
import { scoreSentences, sentenceFile } from './sentence-score.ts'

describe.each(['en', 'de'] as const)('sentences in %s', (language) => {
  it('mean what they say', () => {
    const { right, falseAccepts, wrong } = scoreSentences(sentenceFile(`sentences.${language}`), language)
    expect(wrong).toEqual([])
    expect({ right, falseAccepts }).toEqual({ right: 1, falseAccepts: 0 })
  })

  it('are still understood that were written before anybody looked at a template', () => {
    const { right, falseAccepts } = scoreSentences(sentenceFile(`fresh.${language}`), language)
    expect(right).toBeGreaterThanOrEqual(0.95)
    expect(falseAccepts).toBeLessThanOrEqual(0.02)
  })

  it('are understood where somebody wrote them who saw only the list of what can be meant', () => {
    const { right, falseAccepts } = scoreSentences(sentenceFile(`unseen.${language}`), language)
    expect(right).toBeGreaterThanOrEqual(0.95)
    expect(falseAccepts).toBeLessThanOrEqual(0.02)
  })
})
